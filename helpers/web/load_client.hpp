#pragma once

#include "helpers/web/account.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace firstlock::web {

/// The task of firstlock-load: whom it puts under load, and how.
struct LoadTask {
    std::size_t clients = 10; ///< keep-alive connections, one request in flight on each
    /// How long all clients are awaited until the load begins with those that are there.
    std::chrono::milliseconds connect{10'000};
    std::chrono::milliseconds duration{10'000};
    std::chrono::milliseconds drain{30'000}; ///< wait for answers after the load has stopped
    /// Requests a second in all; 0: closed loop, each client sends when it was answered.
    double rate = 0;
    /// Of each client between answer and next request, closed loop only.
    std::chrono::milliseconds think{0};
    std::vector<Endpoint> endpoints{Endpoint::insert}; ///< several: each request draws one
    unsigned num = 1;                                  ///< rows of an insert_many
    bool atomic_requests = false; ///< as the server has it: then a refusal leaves no row behind
    unsigned short port = 0;      ///< of the server, on loopback
    std::uint32_t sender = 1;     ///< the number in the rows' names; also seeds the draw
};
BOOST_DESCRIBE_STRUCT(LoadTask, (),
                      (clients, connect, duration, drain, rate, think, endpoints, num,
                       atomic_requests, port, sender))

/// Answers that were not a 200.
struct RefusalCount {
    unsigned status = 0;
    int code = 0; ///< SQLite's; 0 where it was not asked
    std::uint64_t count = 0;
};
BOOST_DESCRIBE_STRUCT(RefusalCount, (), (status, code, count))

/// How requests to one endpoint ended, or to all of them.
struct EndpointReport {
    std::string endpoint; ///< "Aggregated" for all
    std::uint64_t sent = 0, answered = 0, unanswered = 0;
    double requests_per_second = 0, failures_per_second = 0; ///< of what was answered in time
    std::map<std::string, std::uint64_t> statuses{};         ///< HTTP status -> answers
    std::vector<RefusalCount> refusals{};
    /// min, mean, max, p50 to p100: from the intended start to the last byte; 0 without an answer.
    std::map<std::string, double> latency_ms{};
};
BOOST_DESCRIBE_STRUCT(EndpointReport, (),
                      (endpoint, sent, answered, unanswered, requests_per_second,
                       failures_per_second, statuses, refusals, latency_ms))

/// What a load has come to.
struct LoadReport {
    std::size_t clients = 0;
    std::size_t connected = 0;       ///< clients that had a connection when the load began
    std::uint64_t reconnections = 0; ///< connections that ended and were made anew
    double rate = 0;
    double duration_s = 0; ///< of the load itself
    double requests_per_second = 0;
    std::uint64_t answered_before_stop = 0;
    std::uint64_t answered_after_stop = 0; ///< still served when the load had stopped
    double last_answer_after_stop_ms = 0;
    std::uint64_t unsent = 0; ///< constant rate: due before the stop, never sent
    EndpointReport all{};
    std::vector<EndpointReport> endpoints{};
};
BOOST_DESCRIBE_STRUCT(LoadReport, (),
                      (clients, connected, reconnections, rate, duration_s, requests_per_second,
                       answered_before_stop, answered_after_stop, last_answer_after_stop_ms, unsent,
                       all, endpoints))

/// How one request ended.
struct RequestEnd {
    unsigned status = 0; ///< HTTP's; 0 without an answer
    int code = 0;        ///< SQLite's, of a refusal
    double latency_ms = 0;
    bool before_stop = false; ///< requests per second are made of these
};
struct RequestEnds {
    std::uint64_t sent = 0; ///< counted when it begins: each has to have its end
    std::vector<RequestEnd> ends;
};
/// Gives the report of a load, whose duration it knows already, its figures: of each endpoint, and
/// of all together.
void add_up(const std::map<Endpoint, RequestEnds>& by_endpoint, LoadReport& report);

/// Connects all clients, lets them send for the duration, and awaits the answers that are missing
/// then. Runs on the calling thread. What the server does is in the report; throws
/// std::runtime_error only where not one client could connect.
SenderEnd<LoadReport> put_under_load(const LoadTask& task);

} // namespace firstlock::web

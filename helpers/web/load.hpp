#pragma once

#include "helpers/web/histogram.hpp"
#include "helpers/web/outcomes.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace firstlock::web {

/// What the load client is started with. Defaults are those of its command line.
struct LoadSettings {
    std::string address = "127.0.0.1";
    unsigned short port = 0;
    std::size_t clients = 10; ///< keep-alive connections, one request in flight on each
    std::chrono::milliseconds connect{10'000}; ///< how long all clients are awaited until the load
                                               ///< begins with those that are there
    std::chrono::milliseconds duration{10'000};
    std::chrono::milliseconds drain{
        30'000}; ///< how long answers are awaited after the load has stopped
    double rate =
        0; ///< requests a second in all; 0: closed loop, each client sends when it was answered
    std::chrono::milliseconds think{
        0}; ///< of each client between answer and next request, closed loop only
    std::vector<Endpoint> endpoints{Endpoint::insert}; ///< several: each request draws one
    unsigned num = 1;                                  ///< rows of an insert_many
    bool atomic_requests = false; ///< as the server has it: then a refusal leaves no row behind
    std::uint32_t sender = 1; ///< the number in the rows' texts; also seeds the draw of endpoints
};

/// How requests to one endpoint ended.
struct EndpointFigures {
    std::uint64_t sent = 0;
    std::uint64_t unanswered = 0;
    std::uint64_t answered_before_stop = 0;     ///< what requests per second are made of
    std::uint64_t failed_before_stop = 0;       ///< those of them that were no 200
    std::map<unsigned, std::uint64_t> statuses; ///< HTTP status -> answers
    std::map<std::pair<unsigned, int>, std::uint64_t>
        refusals;      ///< status and SQLite's code, where not 200
    Histogram latency; ///< of answers, from the intended start to the last byte

    std::uint64_t answered() const { return latency.count(); }
    void add(const EndpointFigures& other);
};

struct LoadFigures {
    std::map<Endpoint, EndpointFigures> endpoints;
    std::size_t connected = 0;             ///< clients that had a connection when the load began
    std::uint64_t reconnections = 0;       ///< connections that ended and were made anew
    std::uint64_t unsent = 0;              ///< constant rate: due before the stop, never sent
    std::uint64_t answered_after_stop = 0; ///< still served when the load had stopped
    double last_answer_after_stop_ms = 0;
    double duration_s = 0; ///< of the load itself
    SenderOutcomes outcomes;
    std::string connect_error; ///< of the last connection that could not be made
};

/// Connects all clients, lets them send for the duration, and awaits the answers that are missing
/// then. Without any client it ends at once. Runs on the calling thread. Never throws for what the
/// server does: that is in the figures.
LoadFigures run_load(const LoadSettings& settings);

} // namespace firstlock::web

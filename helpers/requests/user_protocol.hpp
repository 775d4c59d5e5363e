#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

// What crosses the boundary between a case and firstlock-user, beside the task in the environment
// (the writer's, protocol.hpp): the plan as arguments; `firstlock ready` and `go` as with a writer;
// then, when all is over and nothing is disturbed by it any more, `firstlock request {…}` for each
// request and `firstlock end N`.
namespace firstlock {

/// What a request does. The first seven are the endpoints of the system that this project calls E;
/// in each of them the work stands between the read and the write. Those behind them take the
/// transaction of the user's settings.
enum class Kind {
    read,                             ///< SELECT
    write,                            ///< INSERT
    read_write,                       ///< SELECT, then INSERT, each in autocommit
    write_read,                       ///< INSERT, then SELECT, likewise
    read_write_transaction,           ///< BEGIN, SELECT, INSERT, COMMIT: the deferred kind
    read_write_transaction_immediate, ///< the same after BEGIN IMMEDIATE
    write_read_transaction,           ///< BEGIN, INSERT, SELECT, COMMIT
    create_user,                      ///< reads, works slowly, inserts, in one transaction
    increment, ///< adds one to the counter: in autocommit by one UPDATE, else read and write
    chain,     ///< appends a link that hashes its predecessor
};

std::string_view name_of(Kind kind);
/// Throws std::invalid_argument that lists the known ones.
Kind kind_from(std::string_view name);
/// The seven of system E, in its order.
const std::vector<Kind>& seven_kinds();

/// What one user does between `go` and its end.
struct UserPlan {
    std::vector<Kind> kinds{}; ///< each request is one of these, drawn at random
    std::chrono::milliseconds duration{1000};
    int requests = 0; ///< ends after so many, if above 0
    std::chrono::milliseconds pace{
        0}; ///< a request is intended every so often, whether or not the last has ended
    std::chrono::milliseconds think{
        0}; ///< without a pace: from the end of a request to the next one's start
    std::chrono::milliseconds work{
        0}; ///< between read and write; a sleep, for locks do not care why time passes
    bool until_acknowledged =
        false;              ///< a locked request is begun again, until the duration is over
    std::uint64_t seed = 0; ///< each user adds its index
};

/// The plan as arguments of firstlock-user.
std::vector<std::string> arguments_of(const UserPlan& plan);

/// How one request ended. Times are CLOCK_MONOTONIC.
struct RequestReport {
    Kind kind = Kind::read;
    std::int64_t intended_ns = 0; ///< when the user meant to begin: latency counts from here
    std::int64_t start_ns = 0, end_ns = 0;
    int code = 0;          ///< extended, of the last attempt; 0 when it was served
    std::string stage{};   ///< begin, read, write, commit: where it was refused
    std::string message{}; ///< the row's unique text; empty for kinds without a row of their own
    std::string row{};     ///< acknowledged, locked, failed, unknown; empty for `read`
    int attempts = 1;
    std::int64_t slept_us = 0;       ///< asked for by SQLite in the whole request
    std::int64_t refused_sleeps = 0; ///< of the statement that was refused in the end
    std::int64_t refused_slept_us = 0;
    std::int64_t refused_took_ns = 0; ///< by the clock

    bool served() const { return code == 0; }
    double latency_ms() const { return static_cast<double>(end_ns - intended_ns) / 1e6; }
};

constexpr std::string_view request_prefix = "firstlock request ";
constexpr std::string_view end_prefix = "firstlock end ";

/// The line for a report, without its line feed, and back. Throws std::runtime_error that quotes
/// the line.
std::string format(const RequestReport& report);
RequestReport request_from(std::string_view line);

} // namespace firstlock

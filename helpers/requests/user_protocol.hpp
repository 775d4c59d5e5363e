#pragma once

#include "helpers/requests/kind.hpp"
#include "helpers/rows/outcome.hpp"
#include "helpers/sqlite/settings.hpp"

#include <boost/describe/class.hpp>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

// What crosses the boundary between a case and firstlock-user: a UserTask as its one argument;
// `firstlock ready` and `go` as with a writer; then, when all is over and nothing is disturbed by
// it any more, its UserRequests. Both are JSON.
namespace firstlock {

/// What one user does between `go` and its end.
struct UserPlan {
    std::vector<RequestKind> kinds{}; ///< each request is one of these, drawn at random
    RequestTable table = RequestTable::messages;
    std::chrono::milliseconds duration{1000};
    int requests = 0; ///< ends after so many, if above 0
    /// A request is intended every so often, whether or not the last has ended.
    std::chrono::milliseconds pace{0};
    /// Without a pace: from the end of a request to the next one's start.
    std::chrono::milliseconds think{0};
    /// Between read and write; a sleep, for locks do not care why time passes.
    std::chrono::milliseconds work{0};
    /// A locked request is begun again, until the duration is over.
    bool until_acknowledged = false;
    std::uint64_t seed = 0;
};
BOOST_DESCRIBE_STRUCT(UserPlan, (),
                      (kinds, table, duration, requests, pace, think, work, until_acknowledged,
                       seed))

struct UserTask {
    std::filesystem::path database{};
    WriterSettings settings{};
    UserPlan plan{};
    std::string row_namespace{}; ///< a UUID of its own, from which the texts of its rows are made
};
BOOST_DESCRIBE_STRUCT(UserTask, (), (database, settings, plan, row_namespace))

/// How one request ended. Moments are those of CLOCK_MONOTONIC.
struct RequestReport {
    RequestKind kind = RequestKind::read;
    std::chrono::nanoseconds intended{0}; ///< when it was meant to begin: latency counts from here
    std::chrono::nanoseconds start{0}, end{0};
    int code = 0;          ///< extended, of the last attempt; 0 when it was served
    std::string stage{};   ///< begin, read, write, commit: where it was refused
    std::string message{}; ///< the row's unique text
    /// What became of its row, or of the last of its rows; empty for kinds that write none.
    std::optional<Outcome> row{};
    std::int64_t slept_us = 0;       ///< asked for by SQLite in the whole request
    std::int64_t refused_sleeps = 0; ///< of the statement that was refused in the end
    std::int64_t refused_slept_us = 0;
    std::int64_t refused_took_ns = 0; ///< by the clock

    bool served() const { return code == 0; }
    double latency_ms() const
    {
        return std::chrono::duration<double, std::milli>(end - intended).count();
    }
};
BOOST_DESCRIBE_STRUCT(RequestReport, (),
                      (kind, intended, start, end, code, stage, message, row, slept_us,
                       refused_sleeps, refused_slept_us, refused_took_ns))

/// All requests of one user.
struct UserRequests {
    std::vector<RequestReport> requests{};
    std::size_t unstarted = 0; ///< intended within the duration, and never begun
};
BOOST_DESCRIBE_STRUCT(UserRequests, (), (requests, unstarted))

} // namespace firstlock

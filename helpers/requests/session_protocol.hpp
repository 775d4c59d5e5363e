#pragma once

#include "helpers/sqlite/settings.hpp"

#include <boost/describe/class.hpp>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

// What crosses the boundary between a case and firstlock-session: a SessionTask as its one
// argument; a statement per line on its stdin; on its stdout `firstlock ready` once, and for each
// statement `firstlock waiting` when it begins to wait for a lock, and a StatementAnswer when it is
// done. Both are JSON. One line is the session's own: `.checkpoint` is sqlite3_wal_checkpoint_v2
// that truncates, whose code the pragma hides.
namespace firstlock {

constexpr std::string_view session_ready = "firstlock ready";
constexpr std::string_view session_waiting = "firstlock waiting";

struct SessionTask {
    std::filesystem::path database;
    std::chrono::milliseconds busy_timeout{0};
    Retry retry = Retry::sqlite;
};
BOOST_DESCRIBE_STRUCT(SessionTask, (), (database, busy_timeout, retry))

/// How one statement of a session ended.
struct StatementAnswer {
    int code = 0;            ///< extended; 0 when all went well
    std::string message;     ///< SQLite's words for a refusal
    double took_ms = 0;      ///< by the clock
    std::int64_t sleeps = 0; ///< how many sleeps SQLite asked for
    double slept_ms = 0;     ///< and how long they were to be, whatever they really took
    std::vector<std::vector<std::string>> rows; ///< as text; NULL is ""
    /// The busy timeout it was under: known to the case, and so no part of what is said.
    std::chrono::milliseconds timeout{0};

    /// The first column of the first row; "" when there is none.
    std::string value() const { return rows.empty() || rows[0].empty() ? "" : rows[0][0]; }
};
BOOST_DESCRIBE_STRUCT(StatementAnswer, (), (code, message, took_ms, sleeps, slept_ms, rows))

} // namespace firstlock

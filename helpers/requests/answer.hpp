#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

// What crosses the boundary between a case and firstlock-session: a statement per line on its
// stdin; on its stdout `firstlock ready` once, and for each statement `firstlock waiting` when it
// begins to wait for a lock, and `firstlock answer {…}` when it is done. Lines that begin with a
// dot are the session's own:
//   .timeout MS RETRY     how it waits from now on; RETRY is sqlite, constant or jittered
//   .checkpoint MODE      sqlite3_wal_checkpoint_v2, whose code the pragma hides; the row is log
//   and checkpointed
namespace firstlock {

constexpr std::string_view session_ready = "firstlock ready";
constexpr std::string_view session_waiting = "firstlock waiting";
constexpr std::string_view session_answer = "firstlock answer ";

/// How one statement of a session ended.
struct Answer {
    int code = 0;            ///< extended; 0 when all went well
    std::string message;     ///< SQLite's words for a refusal
    double took_ms = 0;      ///< by the clock
    std::int64_t sleeps = 0; ///< how many sleeps SQLite asked for
    double slept_ms = 0;     ///< and how long they were to be, whatever they really took
    std::vector<std::vector<std::string>> rows; ///< as text; NULL is ""

    /// The first column of the first row; "" when there is none.
    std::string value() const { return rows.empty() || rows[0].empty() ? "" : rows[0][0]; }
};

/// The line for an answer, without its line feed, and back. Throws std::runtime_error that quotes
/// the line.
std::string format(const Answer& answer);
Answer answer_from(std::string_view line);

} // namespace firstlock

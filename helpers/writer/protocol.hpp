#pragma once

#include "helpers/sqlite/clock.hpp"
#include "helpers/sqlite/settings.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

// What crosses the boundary between the suite and a writer, all of it: the task in the environment,
// the lines on stdin and stdout, the exit status. It is also the contract for writers in other
// languages (README, "A writer of your own").
namespace firstlock {

/// One writer's task: which row to write where. `message` is the unique text of the row,
/// [0-9a-f-]{36}.
struct Task {
    std::filesystem::path database;
    int index = 0;
    std::string message;
    WriterSettings settings;
    /// Of the suite's own writer: the shared record (shared_record.hpp) that its calls go to.
    std::optional<std::filesystem::path> calls;
};

/// The variables that are the same for all writers of a trial, as `NAME=value`.
std::vector<std::string> task_environment(const std::filesystem::path& database,
                                          const WriterSettings& settings);
/// The two that differ from writer to writer.
std::vector<std::string> task_environment(int index, const std::string& message);
/// Of the suite's own writers, where their calls are recorded.
std::string task_environment_of_calls(const std::filesystem::path& record);
/// The other direction. Throws std::invalid_argument that names the variable, what it holds, and
/// what it may.
Task task_from_environment();

/// A line of a writer that begins with `firstlock ` and does not follow the protocol. `what()`
/// quotes it.
class ProtocolError : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

/// One protocol line. Times are CLOCK_MONOTONIC in nanoseconds, which all processes of a machine
/// share.
struct Report {
    enum class Kind { ready, ok, locked, failed };
    BOOST_DESCRIBE_NESTED_ENUM(Kind, ready, ok, locked, failed)
    Kind kind = Kind::ready;
    std::optional<int> code; ///< extended; empty where the writer said `?`
    std::string message;     ///< the row, where the writer named it
    std::string text;        ///< what SQLite said
    std::string stage;       ///< open, configure, begin, insert, commit, or the writer's own word
    std::optional<std::int64_t> start_ns;
    std::optional<std::int64_t> end_ns;
    /// The longest wait of a single statement, in ms, on the clock by which its busy handler gives
    /// up; empty where the writer does not know.
    std::optional<std::int64_t> waited_ms;
    std::map<std::string, std::string> applied; ///< `key=value` after `ready`

    bool is_refusal() const { return kind == Kind::locked || kind == Kind::failed; }
};

/// nullopt for noise (a line that does not begin with `firstlock `); throws ProtocolError.
std::optional<Report> parse_line(std::string_view line);
/// The line for a report, without its line feed. parse_line(format(report)) gives the report back.
std::string format(const Report& report);

constexpr std::string_view go_line = "go\n";

/// How a writer of the suite's own exits. Anything but `done` after a report is a protocol error.
enum WriterExit : int {
    done = 0,
    bad_task = 64,     ///< an environment variable makes no sense; stderr names it
    setup_failed = 65, ///< it could not get ready; stderr says why
};

} // namespace firstlock

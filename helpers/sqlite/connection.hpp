#pragma once

#include "helpers/sqlite/settings.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

struct sqlite3;
struct sqlite3_stmt;

namespace firstlock {

struct OpenOptions {
    std::chrono::milliseconds busy_timeout{0};
    Retry retry = Retry::sqlite;
    bool read_only = false;
    /// With the other such connections of this process (sqlite.org/sharedcache.html).
    bool shared_cache = false;
};

/// One connection to one database file, closed on destruction; move-only. Extended result codes are
/// on. Methods throw SqliteError, unless they return the extended code because a refusal is an
/// expected outcome.
class Connection {
  public:
    /// Opens `database`, creating it unless `read_only`. Opening touches no lock: SQLite does that
    /// at first use.
    explicit Connection(const std::filesystem::path& database, const OpenOptions& options = {});
    ~Connection();
    Connection(Connection&& other) noexcept;
    Connection& operator=(Connection&& other) noexcept;

    /// Runs one or more statements without rows.
    void execute(const std::string& sql);
    /// The same, but gives back the extended result code (0 = SQLITE_OK) instead of throwing.
    int try_execute(const char* sql) noexcept;
    /// The first column of every row, as text; NULL is "".
    std::vector<std::string> column(const std::string& sql);
    /// All columns of every row, likewise.
    std::vector<std::vector<std::string>> rows(const std::string& sql);
    /// The first row, all columns as text; empty when there is none.
    std::vector<std::string> row(const std::string& sql);
    /// The first column of the first row, which must be there.
    std::int64_t integer(const std::string& sql);

    /// How this connection waits for a lock from now on. A timeout of 0 is no wait at all.
    void set_busy_timeout(std::chrono::milliseconds timeout, Retry retry);

    /// The longest that a single statement has waited for locks, on the clock by which its handler
    /// gives up, in milliseconds: handler_clock_ms() for SQLite's own, for the others the time from
    /// the handler's first call to its last, since set_busy_timeout().
    std::optional<std::int64_t> longest_wait_ms() const;

    std::string last_message() const;
    sqlite3* handle() const { return handle_; }

  private:
    /// What a busy handler of our own knows.
    struct RetryState {
        std::chrono::milliseconds timeout{0};
        int sleep_ms_max = 1;
        std::chrono::steady_clock::time_point first_call{};
        std::chrono::steady_clock::duration longest{0};
    };
    static int wait_a_little(void* state, int times_called);
    void close() noexcept;

    sqlite3* handle_ = nullptr;
    std::unique_ptr<RetryState> retry_; // SQLite keeps its address while we move
};

/// A prepared statement, finalised on destruction; move-only. It must not outlive its connection.
class Statement {
  public:
    Statement(Connection& connection, std::string_view sql);
    ~Statement();
    Statement(Statement&& other) noexcept : statement_(std::exchange(other.statement_, nullptr)) {}
    Statement& operator=(Statement&&) = delete;

    void bind(int index, std::string_view text);
    /// Runs it to its end and resets it; gives back the extended result code, 0 when all went well.
    int run() noexcept;
    /// The same; `value` becomes the first column of the first row as text, and "" where there is
    /// none.
    int run_for_value(std::string& value);

  private:
    sqlite3_stmt* statement_ = nullptr;
};

} // namespace firstlock

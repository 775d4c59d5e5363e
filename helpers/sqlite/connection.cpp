#include "helpers/sqlite/connection.hpp"

#include "helpers/sqlite/error.hpp"
#include "helpers/sqlite/sleep_recorder.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <functional>

namespace firstlock {
namespace {

SqliteError error_of(sqlite3* handle, const std::string& step)
{
    return SqliteError(step, sqlite3_extended_errcode(handle), sqlite3_errmsg(handle));
}

/// Steps through `sql`, calls `on_row` for each row until it says stop.
void query(sqlite3* handle, const std::string& sql,
           const std::function<bool(sqlite3_stmt*)>& on_row)
{
    sqlite3_stmt* prepared = nullptr;
    if (sqlite3_prepare_v2(handle, sql.c_str(), -1, &prepared, nullptr) != SQLITE_OK) {
        throw error_of(handle, sql);
    }
    const std::unique_ptr<sqlite3_stmt, decltype(&sqlite3_finalize)> owner(prepared,
                                                                           sqlite3_finalize);
    int code = SQLITE_ROW;
    bool more = true;
    while (more && (code = sqlite3_step(prepared)) == SQLITE_ROW) {
        more = on_row(prepared);
    }
    if (code != SQLITE_ROW && code != SQLITE_DONE) {
        throw error_of(handle, sql);
    }
}

std::string text_of(sqlite3_stmt* statement, int index)
{
    const auto* const text = reinterpret_cast<const char*>(sqlite3_column_text(statement, index));
    return text == nullptr
               ? std::string()
               : std::string(text,
                             static_cast<std::size_t>(sqlite3_column_bytes(statement, index)));
}

std::vector<std::string> row_of(sqlite3_stmt* statement)
{
    std::vector<std::string> row;
    row.reserve(static_cast<std::size_t>(sqlite3_column_count(statement)));
    for (int index = 0; index < sqlite3_column_count(statement); ++index) {
        row.push_back(text_of(statement, index));
    }
    return row;
}

} // namespace

Connection::Connection(const std::filesystem::path& database, const OpenOptions& options)
{
    const int flags =
        (options.read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE) |
        (options.shared_cache ? SQLITE_OPEN_SHAREDCACHE : 0);
    const int code = sqlite3_open_v2(database.c_str(), &handle_, flags, nullptr);
    if (code != SQLITE_OK) {
        SqliteError error("open '" + database.string() + "'",
                          handle_ == nullptr ? code : sqlite3_extended_errcode(handle_),
                          handle_ == nullptr ? sqlite3_errstr(code) : sqlite3_errmsg(handle_));
        close();
        throw error;
    }
    sqlite3_extended_result_codes(handle_, 1);
    set_busy_timeout(options.busy_timeout, options.retry);
}

Connection::~Connection()
{
    close();
}

Connection::Connection(Connection&& other) noexcept
    : handle_(std::exchange(other.handle_, nullptr)), retry_(std::move(other.retry_))
{
}

Connection& Connection::operator=(Connection&& other) noexcept
{
    if (this != &other) {
        close();
        handle_ = std::exchange(other.handle_, nullptr);
        retry_ = std::move(other.retry_);
    }
    return *this;
}

void Connection::close() noexcept
{
    sqlite3_close_v2(std::exchange(handle_, nullptr));
    retry_.reset();
}

void Connection::set_busy_timeout(std::chrono::milliseconds timeout, Retry retry)
{
    if (retry == Retry::sqlite || timeout.count() <= 0) {
        sqlite3_busy_timeout(handle_, static_cast<int>(timeout.count()));
        return;
    }
    constexpr int jitter_ms_max = 10;
    retry_ = std::make_unique<RetryState>(
        RetryState{timeout, retry == Retry::constant ? 1 : jitter_ms_max, {}, {}});
    sqlite3_busy_handler(handle_, wait_a_little, retry_.get());
}

// As sqlite3-ruby's busy_handler_timeout= does: the clock starts at the first call, and each later
// call sleeps (there always one millisecond) until it has run out.
int Connection::wait_a_little(void* state, int times_called)
{
    auto& retry = *static_cast<RetryState*>(state);
    const auto now = std::chrono::steady_clock::now();
    if (times_called == 0) {
        retry.first_call = now;
        return 1;
    }
    const auto waited = now - retry.first_call;
    retry.longest = std::max(retry.longest, waited);
    if (waited > retry.timeout) {
        return 0;
    }
    // SQLite's own generator: a seed of the run would bring many processes back into step.
    unsigned random = 0;
    sqlite3_randomness(sizeof(random), &random);
    sqlite3_sleep(1 + static_cast<int>(random % static_cast<unsigned>(retry.sleep_ms_max)));
    return 1;
}

std::optional<std::int64_t> Connection::longest_wait_ms() const
{
    return retry_ ? std::chrono::ceil<std::chrono::milliseconds>(retry_->longest).count()
                  : handler_clock_ms();
}

void Connection::execute(const std::string& sql)
{
    if (try_execute(sql.c_str()) != SQLITE_OK) {
        throw error_of(handle_, sql);
    }
}

int Connection::try_execute(const char* sql) noexcept
{
    return sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr);
}

std::vector<std::string> Connection::column(const std::string& sql)
{
    std::vector<std::string> values;
    query(handle_, sql, [&](sqlite3_stmt* statement) {
        values.push_back(text_of(statement, 0));
        return true;
    });
    return values;
}

std::vector<std::vector<std::string>> Connection::rows(const std::string& sql)
{
    std::vector<std::vector<std::string>> values;
    query(handle_, sql, [&](sqlite3_stmt* statement) {
        values.push_back(row_of(statement));
        return true;
    });
    return values;
}

std::vector<std::string> Connection::row(const std::string& sql)
{
    std::vector<std::string> values;
    query(handle_, sql, [&](sqlite3_stmt* statement) {
        values = row_of(statement);
        return false;
    });
    return values;
}

std::int64_t Connection::integer(const std::string& sql)
{
    std::int64_t value = 0;
    bool found = false;
    query(handle_, sql, [&](sqlite3_stmt* statement) {
        value = sqlite3_column_int64(statement, 0);
        found = true;
        return false;
    });
    if (!found) {
        throw SqliteError(sql, SQLITE_DONE, "no row where one was expected");
    }
    return value;
}

std::string Connection::last_message() const
{
    return sqlite3_errmsg(handle_);
}

Statement::Statement(Connection& connection, std::string_view sql)
{
    if (sqlite3_prepare_v2(connection.handle(), sql.data(), static_cast<int>(sql.size()),
                           &statement_, nullptr) != SQLITE_OK) {
        throw error_of(connection.handle(), std::string(sql));
    }
}

Statement::~Statement()
{
    sqlite3_finalize(statement_);
}

void Statement::bind(int index, std::string_view text)
{
    const int code = sqlite3_bind_text(statement_, index, text.data(),
                                       static_cast<int>(text.size()), SQLITE_TRANSIENT);
    if (code != SQLITE_OK) {
        throw error_of(sqlite3_db_handle(statement_), "bind");
    }
}

int Statement::run() noexcept
{
    int code = SQLITE_ROW;
    while (code == SQLITE_ROW) {
        code = sqlite3_step(statement_);
    }
    sqlite3_reset(statement_);
    return code == SQLITE_DONE ? SQLITE_OK : code;
}

int Statement::run_for_value(std::string& value)
{
    value.clear();
    int code = sqlite3_step(statement_);
    if (code == SQLITE_ROW) {
        value = text_of(statement_, 0);
        code = SQLITE_DONE;
    }
    sqlite3_reset(statement_);
    return code == SQLITE_DONE ? SQLITE_OK : code;
}

} // namespace firstlock

// The suite's own writer: one process, one connection, one row. It follows the writer protocol
// (protocol.hpp) and is kept lean, since its start-up is paid once per writer and thousands are
// started.
#include "helpers/sqlite/connection.hpp"
#include "helpers/sqlite/error.hpp"
#include "helpers/writer/protocol.hpp"
#include "helpers/writer/say.hpp"

#include <sqlite3.h>

#include <cstdio>
#include <memory>

namespace {

using namespace firstlock;

// Getting ready is not what is measured: M connections that open a fresh WAL file together meet its
// recovery lock, which a profile with timeout 0 would take for a refusal.
constexpr std::chrono::milliseconds setup_timeout{30'000};

/// The connection and the prepared insert of a writer.
class Inserter {
  public:
    /// Opens and configures; `stage()` tells afterwards how far it came. Throws SqliteError.
    Inserter(const Task& task, std::chrono::milliseconds opening_timeout, std::string& stage)
        : stage_(stage), settings_(task.settings), connection_(open(task, opening_timeout))
    {
        stage_ = "configure";
        const std::string mode = settings_.journal_mode;
        // The fixture has put the file into WAL or taken it out; the other modes are the
        // connection's own.
        if (mode != "wal" && mode != "delete") {
            connection_.column("PRAGMA journal_mode=" + mode);
        }
        connection_.execute("PRAGMA synchronous=" + settings_.synchronous);
        insert_ = std::make_unique<Statement>(
            connection_, settings_.payload_bytes == 0
                             ? "INSERT INTO messages(msg) VALUES (?)"
                             : "INSERT INTO messages(msg, payload) VALUES (?, zeroblob(" +
                                   std::to_string(settings_.payload_bytes) + "))");
        insert_->bind(1, task.message);
    }

    /// Whether the file really is in the profile's mode. Asked before the gate only: behind it the
    /// question would be a lock that no driver takes.
    void check_journal_mode()
    {
        const std::string real = connection_.column("PRAGMA journal_mode").at(0);
        if (real != settings_.journal_mode) {
            throw SqliteError("check the journal mode", SQLITE_MISMATCH,
                              "the file is in " + real + ", the profile says " +
                                  settings_.journal_mode);
        }
    }

    /// The profile's own way of waiting, from here on.
    void apply_retry() { connection_.set_busy_timeout(settings_.busy_timeout, settings_.retry); }

    /// BEGIN, INSERT, COMMIT as the profile has it; gives back the extended code of the first
    /// refusal, 0 for none.
    int insert()
    {
        const char* const begin = begin_of(settings_.transaction);
        stage_ = "begin";
        int code = begin == nullptr ? SQLITE_OK : connection_.try_execute(begin);
        if (code == SQLITE_OK) {
            stage_ = "insert";
            code = insert_->run();
        }
        if (code == SQLITE_OK && begin != nullptr) {
            stage_ = "commit";
            code = connection_.try_execute("COMMIT");
        }
        if (code != SQLITE_OK) {
            message_ = connection_.last_message();
            if (sqlite3_get_autocommit(connection_.handle()) == 0) {
                connection_.try_execute("ROLLBACK"); // a refused COMMIT leaves its transaction open
            }
        }
        return code;
    }

    const std::string& message() const { return message_; }

  private:
    static Connection open(const Task& task, std::chrono::milliseconds timeout)
    {
        return Connection(task.database, {.busy_timeout = timeout});
    }

    std::string& stage_;
    WriterSettings settings_;
    Connection connection_;
    std::unique_ptr<Statement> insert_;
    std::string message_;
};

Report refusal(int code, const std::string& text)
{
    Report report;
    report.kind = is_locked_code(code) ? Report::Kind::locked : Report::Kind::failed;
    report.code = code;
    report.text = text;
    return report;
}

int run(const Task& task)
{
    std::string stage = "open";
    std::unique_ptr<Inserter> inserter;
    if (task.settings.connect == Connect::before_go) {
        inserter = std::make_unique<Inserter>(task, setup_timeout, stage);
        inserter->check_journal_mode();
        inserter->apply_retry();
    }
    say(format({}));
    if (!wait_for_go()) {
        return WriterExit::done; // the parent is gone: the database stays untouched
    }
    const std::int64_t start_ns = monotonic_ns();
    Report report;
    try {
        if (inserter == nullptr) {
            inserter = std::make_unique<Inserter>(task, task.settings.busy_timeout, stage);
            inserter->apply_retry();
        }
        report.kind = Report::Kind::ok;
        if (const int code = inserter->insert(); code != SQLITE_OK) {
            report = refusal(code, inserter->message());
        }
    } catch (const SqliteError& error) {
        report = refusal(error.code(), error.what());
    }
    report.start_ns = start_ns;
    report.end_ns = monotonic_ns();
    report.stage = report.kind == Report::Kind::ok ? "" : stage;
    say(format(report));
    return WriterExit::done;
}

} // namespace

int main()
{
    try {
        return run(firstlock::task_from_environment());
    } catch (const std::invalid_argument& error) {
        std::fprintf(stderr, "firstlock-writer: %s\n", error.what());
        return firstlock::WriterExit::bad_task;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "firstlock-writer: could not get ready: %s\n", error.what());
        return firstlock::WriterExit::setup_failed;
    }
}

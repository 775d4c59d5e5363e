// The suite's own writer: one process, one connection, one row. It follows the writer protocol
// (protocol.hpp) and is kept lean, since its start-up is paid once per writer and thousands are
// started.
#include "helpers/sqlite/connection.hpp"
#include "helpers/sqlite/error.hpp"
#include "helpers/sqlite/shared_record.hpp"
#include "helpers/sqlite/sleep_recorder.hpp"
#include "helpers/writer/protocol.hpp"
#include "helpers/writer/say.hpp"

#include <sqlite3.h>

#include <cstdio>
#include <optional>

namespace {

using namespace firstlock;

// Getting ready is not what is measured: M connections that open a fresh WAL file together meet its
// recovery lock, which a profile with timeout 0 would take for a refusal.
constexpr std::chrono::milliseconds setup_timeout{30'000};

Report refusal(const std::string& stage, int code, const std::string& text)
{
    Report report;
    report.kind = is_locked_code(code) ? Report::Kind::locked : Report::Kind::failed;
    report.code = code;
    report.stage = stage;
    report.text = text;
    return report;
}

/// The connection and the prepared insert of a writer. `stage` is how far it came where a
/// SqliteError ends it.
class Inserter {
  public:
    /// Opens, configures and prepares; from then on the connection waits in the profile's own way.
    Inserter(const Task& task, std::string& stage)
        : settings_(task.settings), connection_(configured(task, stage)),
          insert_(prepare_insert(connection_, settings_))
    {
        bind_row(insert_, task.message, settings_);
        if (settings_.connect == Connect::before_go) {
            check_journal_mode();
        }
        connection_.set_busy_timeout(settings_.busy_timeout, settings_.retry);
    }

    Report insert()
    {
        if (const auto refused = insert_row(connection_, insert_, settings_.transaction)) {
            return refusal(refused->stage, refused->code, refused->message);
        }
        Report report;
        report.kind = Report::Kind::ok;
        return report;
    }
    std::optional<std::int64_t> longest_wait_ms() const { return connection_.longest_wait_ms(); }

  private:
    static Connection configured(const Task& task, std::string& stage)
    {
        const WriterSettings& own = task.settings;
        stage = "open";
        Connection connection(
            task.database,
            {.busy_timeout = own.connect == Connect::before_go ? setup_timeout : own.busy_timeout});
        stage = "configure";
        configure(connection, own);
        return connection;
    }

    /// Whether the file really is in the profile's mode. Asked before the gate only: after it the
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

    WriterSettings settings_;
    Connection connection_;
    Statement insert_;
};

int run(const Task& task)
{
    if (task.calls) {
        record_calls_in(*task.calls, static_cast<std::size_t>(task.index));
    } else {
        record_sleeps();
    }
    std::string stage;
    std::optional<Inserter> inserter;
    if (task.settings.connect == Connect::before_go) {
        inserter.emplace(task, stage);
    }
    say(format({}));
    if (!wait_for_go()) {
        return WriterExit::done; // the parent is gone: the database stays untouched
    }
    start_handler_clock(); // what getting ready waited is not measured
    const std::int64_t start_ns = monotonic_ns();
    Report report;
    try {
        if (!inserter) {
            inserter.emplace(task, stage);
        }
        report = inserter->insert();
    } catch (const SqliteError& error) {
        report = refusal(stage, error.code(), error.what());
    }
    report.start_ns = start_ns;
    report.end_ns = monotonic_ns();
    report.waited_ms = inserter ? inserter->longest_wait_ms() : handler_clock_ms();
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

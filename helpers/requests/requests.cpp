#include "helpers/requests/requests.hpp"

#include "helpers/sqlite/error.hpp"
#include "helpers/sqlite/sleep_recorder.hpp"

#include <boost/uuid/name_generator_sha1.hpp>
#include <boost/uuid/nil_generator.hpp>
#include <boost/uuid/string_generator.hpp>
#include <boost/uuid/uuid_io.hpp>

#include <sqlite3.h>

#include <algorithm>
#include <optional>
#include <thread>

namespace firstlock {
namespace {

enum class Step { begin, begin_immediate, begin_as_set, read, work, write, commit };

/// The kinds of requests, as the steps they consist of.
std::vector<Step> steps_of(Kind kind, Transaction transaction)
{
    using enum Step;
    switch (kind) {
    case Kind::read:
        return {read};
    case Kind::write:
        return {write};
    case Kind::read_write:
        return {read, work, write};
    case Kind::write_read:
        return {write, work, read};
    case Kind::read_write_transaction:
        return {begin, read, work, write, commit};
    case Kind::read_write_transaction_immediate:
        return {begin_immediate, read, work, write, commit};
    case Kind::write_read_transaction:
        return {begin, write, work, read, commit};
    case Kind::increment:
        if (transaction == Transaction::autocommit) {
            return {write};
        }
        [[fallthrough]];
    case Kind::create_user:
    case Kind::chain:
        return {begin_as_set, read, work, write, commit};
    }
    return {};
}

/// What a step is called in a report.
std::string stage_of(Step step)
{
    switch (step) {
    case Step::read:
        return "read";
    case Step::write:
        return "write";
    case Step::commit:
        return "commit";
    case Step::work:
        return "work";
    default:
        return "begin";
    }
}

/// For the kinds that begin as set there is no autocommit: they read before they write.
const char* begin_of(Step step, Transaction transaction)
{
    switch (step) {
    case Step::begin:
        return begin_of(Transaction::deferred);
    case Step::begin_as_set:
        return begin_of(transaction == Transaction::autocommit ? Transaction::immediate
                                                               : transaction);
    default:
        return begin_of(Transaction::immediate);
    }
}

} // namespace

std::string link_after(const std::string& predecessor, const std::string& message)
{
    const boost::uuids::uuid before = predecessor.empty()
                                          ? boost::uuids::nil_uuid()
                                          : boost::uuids::string_generator()(predecessor);
    return boost::uuids::to_string(boost::uuids::name_generator_sha1(before)(message));
}

class Requests::Steps {
  public:
    Steps(Connection& connection, const UserPlan& plan, Transaction transaction)
        : connection_(connection), transaction_(transaction), work_(plan.work),
          read_(connection, "SELECT msg FROM messages ORDER BY rowid DESC LIMIT 1"),
          write_(connection, "INSERT INTO messages(msg) VALUES (?)")
    {
        const auto has = [&](Kind kind) {
            return std::find(plan.kinds.begin(), plan.kinds.end(), kind) != plan.kinds.end();
        };
        if (has(Kind::increment)) {
            read_counter_.emplace(connection, "SELECT n FROM counter");
            write_counter_.emplace(connection, transaction == Transaction::autocommit
                                                   ? "UPDATE counter SET n = n + 1"
                                                   : "UPDATE counter SET n = ?");
        }
        if (has(Kind::chain)) {
            read_link_.emplace(connection, "SELECT link FROM chain ORDER BY id DESC LIMIT 1");
            write_link_.emplace(connection, "INSERT INTO chain(msg, link) VALUES (?, ?)");
        }
    }

    void run(RequestReport& report)
    {
        report.code = SQLITE_OK;
        report.stage.clear();
        report.row.clear();
        report.refused_sleeps = 0; // of an attempt before this one
        report.refused_slept_us = 0;
        report.refused_took_ns = 0;
        for (const Step step : steps_of(report.kind, transaction_)) {
            const SleepsAsked before = sleeps_asked();
            const std::int64_t start_ns = monotonic_ns();
            report.code = run(step, report);
            const SleepsAsked asked = sleeps_asked().since(before);
            report.slept_us += asked.total_us;
            if (report.code != SQLITE_OK) {
                report.stage = stage_of(step);
                report.refused_sleeps = asked.count;
                report.refused_slept_us = asked.total_us;
                report.refused_took_ns = monotonic_ns() - start_ns;
                break;
            }
            const bool in_transaction = sqlite3_get_autocommit(connection_.handle()) == 0;
            if ((step == Step::write && !in_transaction) || step == Step::commit) {
                report.row = "acknowledged";
            }
        }
        conclude(report);
    }

  private:
    int run(Step step, const RequestReport& report)
    {
        switch (step) {
        case Step::read:
            return read(report.kind);
        case Step::work:
            std::this_thread::sleep_for(
                work_); // the load itself, and nothing that waits for another
            return SQLITE_OK;
        case Step::write:
            return write(report);
        case Step::commit:
            return connection_.try_execute("COMMIT");
        default:
            return connection_.try_execute(begin_of(step, transaction_));
        }
    }

    int read(Kind kind)
    {
        if (kind == Kind::increment) {
            return read_counter_->run_for_value(value_);
        }
        return kind == Kind::chain ? read_link_->run_for_value(value_)
                                   : read_.run_for_value(value_);
    }

    int write(const RequestReport& report)
    {
        if (report.kind == Kind::increment) {
            if (transaction_ != Transaction::autocommit) {
                write_counter_->bind(1, std::to_string(std::stoll(value_) + 1));
            }
            return write_counter_->run();
        }
        Statement& insert = report.kind == Kind::chain ? *write_link_ : write_;
        insert.bind(1, report.message);
        if (report.kind == Kind::chain) {
            insert.bind(2, link_after(value_, report.message));
        }
        return insert.run();
    }

    /// A refused request gives up its transaction, and says what became of its row. Only a commit
    /// that failed for another reason than a lock leaves that open (seen: a failed fsync in WAL,
    /// and the row there afterwards).
    void conclude(RequestReport& report)
    {
        if (report.code == SQLITE_OK) {
            return;
        }
        if (sqlite3_get_autocommit(connection_.handle()) == 0) {
            connection_.try_execute("ROLLBACK");
        }
        if (report.row.empty() && report.kind != Kind::read) {
            const int primary = report.code & 0xff;
            const bool disk = primary == SQLITE_IOERR || primary == SQLITE_FULL;
            const bool maybe_stored = report.stage == "commit" || (report.stage == "write" && disk);
            report.row = is_locked_code(report.code) ? "locked"
                         : maybe_stored              ? "unknown"
                                                     : "failed";
        }
    }

    Connection& connection_;
    Transaction transaction_;
    std::chrono::milliseconds work_;
    Statement read_, write_;
    std::optional<Statement> read_counter_, write_counter_, read_link_, write_link_;
    std::string value_;
};

Requests::Requests(Connection& connection, const UserPlan& plan, Transaction transaction)
    : steps_(std::make_unique<Steps>(connection, plan, transaction))
{
}

Requests::~Requests() = default;

void Requests::run(RequestReport& report)
{
    steps_->run(report);
}

} // namespace firstlock

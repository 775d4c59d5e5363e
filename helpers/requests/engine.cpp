#include "helpers/requests/engine.hpp"

#include "helpers/sqlite/error.hpp"
#include "helpers/sqlite/sleep_recorder.hpp"
#include "helpers/writer/protocol.hpp"

#include <boost/uuid/name_generator_sha1.hpp>
#include <boost/uuid/nil_generator.hpp>
#include <boost/uuid/string_generator.hpp>
#include <boost/uuid/uuid_io.hpp>

#include <sqlite3.h>

#include <algorithm>
#include <optional>
#include <utility>

namespace firstlock {
namespace {

enum class Step { count, read, work, write };

/// A kind of request as the steps it consists of. A commit follows where a transaction was opened.
struct Recipe {
    /// What begins it; nullopt: what is set.
    std::optional<Transaction> begins;
    std::vector<Step> steps;

    bool has(Step step) const { return std::find(steps.begin(), steps.end(), step) != steps.end(); }
};

const Recipe& recipe_of(RequestKind kind)
{
    using enum Step;
    using Kind = RequestKind;
    using Begin = Transaction;
    constexpr auto as_set = std::nullopt;
    static const std::map<RequestKind, Recipe> recipes{
        {Kind::ping, {Begin::autocommit, {}}},
        {Kind::count, {Begin::autocommit, {count}}},
        {Kind::insert, {as_set, {write}}},
        {Kind::insert_many, {as_set, {write}}},
        {Kind::create_user, {as_set, {read, work, write}}},
        {Kind::read, {Begin::autocommit, {read}}},
        {Kind::write, {Begin::autocommit, {write}}},
        {Kind::read_write, {Begin::autocommit, {read, work, write}}},
        {Kind::write_read, {Begin::autocommit, {write, work, read}}},
        {Kind::read_write_transaction, {Begin::deferred, {read, work, write}}},
        {Kind::read_write_transaction_immediate, {Begin::immediate, {read, work, write}}},
        {Kind::write_read_transaction, {Begin::deferred, {write, work, read}}},
    };
    return recipes.at(kind);
}

struct Statements {
    const char* read; ///< the newest row, as a page that shows it would
    const char* write;
};

Statements statements_of(RequestTable table)
{
    switch (table) {
    case RequestTable::messages:
        break;
    case RequestTable::counter:
        return {"SELECT n FROM counter", "UPDATE counter SET n = coalesce(nullif(?, ''), n) + 1"};
    case RequestTable::chain:
        return {"SELECT link FROM chain ORDER BY id DESC LIMIT 1",
                "INSERT INTO chain(link, msg) VALUES (?, ?)"};
    }
    return {"SELECT msg FROM messages ORDER BY rowid DESC LIMIT 1",
            "INSERT INTO messages(msg) VALUES (?)"};
}

bool is_in_transaction(const Connection& connection)
{
    return sqlite3_get_autocommit(connection.handle()) == 0;
}

} // namespace

std::string link_after(const std::string& predecessor, const std::string& message)
{
    const boost::uuids::uuid before = predecessor.empty()
                                          ? boost::uuids::nil_uuid()
                                          : boost::uuids::string_generator()(predecessor);
    return boost::uuids::to_string(boost::uuids::name_generator_sha1(before)(message));
}

RequestEngine::RequestEngine(Connection& connection, EngineOptions options)
    : connection_(connection), options_(std::move(options))
{
}

void RequestEngine::prepare(RequestKind kind)
{
    const Recipe& recipe = recipe_of(kind);
    if (recipe.has(Step::read)) {
        prepared(statements_of(options_.table).read);
    }
    if (recipe.has(Step::write)) {
        prepared(statements_of(options_.table).write);
    }
}

void RequestEngine::run(RequestReport& report, const std::vector<std::string>& rows)
{
    const Recipe& recipe = recipe_of(report.kind);
    const Transaction as_set = options_.transaction;
    const Transaction atomic = as_set == Transaction::autocommit ? Transaction::deferred : as_set;
    const bool names_its_own =
        recipe.begins.value_or(Transaction::autocommit) != Transaction::autocommit;
    const bool as_one = options_.atomic_requests && !names_its_own;
    const char* const begin_all = as_one ? begin_of(atomic) : nullptr;
    const char* const begin_each =
        as_one ? nullptr
               : begin_of(recipe.begins.value_or(recipe.has(Step::read) ? atomic : as_set));
    const auto read = [&](const char* sql) {
        take("read", report, [&] { return prepared(sql).run_for_value(value_); });
    };
    report.code = SQLITE_OK; // an attempt before this one may have been refused
    report.stage.clear();
    report.row.reset();
    report.refused_sleeps = report.refused_slept_us = report.refused_took_ns = 0;
    value_.clear();
    execute("begin", begin_all, report);
    for (auto row = rows.begin(); row != rows.end() && report.served(); ++row) {
        report.row.reset();
        execute("begin", begin_each, report);
        for (const Step step : recipe.steps) {
            switch (step) {
            case Step::count:
                read("SELECT count(*) FROM messages");
                break;
            case Step::read:
                read(statements_of(options_.table).read);
                break;
            case Step::work:
                if (report.served()) {
                    options_.work();
                }
                break;
            case Step::write:
                take("write", report, [&] { return write(*row); });
                break;
            }
        }
        execute("commit", begin_each == nullptr ? nullptr : "COMMIT", report);
    }
    execute("commit", begin_all == nullptr ? nullptr : "COMMIT", report);
    if (!recipe.has(Step::write)) {
        report.row.reset();
    }
}

void RequestEngine::execute(std::string_view stage, const char* sql, RequestReport& report)
{
    if (sql != nullptr) {
        take(stage, report, [&] { return connection_.try_execute(sql); });
    }
}

int RequestEngine::write(const std::string& row)
{
    Statement& statement = prepared(statements_of(options_.table).write);
    switch (options_.table) {
    case RequestTable::messages:
        statement.bind(1, row);
        break;
    case RequestTable::counter:
        statement.bind(1, value_);
        break;
    case RequestTable::chain:
        statement.bind(1, link_after(value_, row));
        statement.bind(2, row);
        break;
    }
    return statement.run();
}

/// Runs a step, unless an earlier one was refused, and accounts for it. A refusal gives up the
/// transaction: what was written in it is not stored, unless its commit had begun.
void RequestEngine::take(std::string_view stage, RequestReport& report,
                         const std::function<int()>& act)
{
    if (!report.served()) {
        return;
    }
    const bool commits_by_itself = !is_in_transaction(connection_);
    const SleepsAsked before = sleeps_asked();
    const std::int64_t start_ns = monotonic_ns();
    try {
        report.code = act();
    } catch (const SqliteError& error) { // preparing reads the schema, which may be locked
        report.code = error.code();
    }
    const SleepsAsked asked = sleeps_asked().since(before);
    report.slept_us += asked.total_us;
    if (report.served()) {
        if ((stage == "write" || stage == "commit") && !is_in_transaction(connection_)) {
            report.row = Outcome::acknowledged;
        }
        return;
    }
    report.stage = stage;
    report.refused_sleeps = asked.count;
    report.refused_slept_us = asked.total_us;
    report.refused_took_ns = monotonic_ns() - start_ns;
    refusal_text_ = connection_.last_message();
    if (!report.row) {
        report.row =
            outcome_of({.code = report.code, .stage = stage, .autocommit = commits_by_itself});
    }
    if (is_in_transaction(connection_)) {
        connection_.try_execute("ROLLBACK");
    }
}

Statement& RequestEngine::prepared(const char* sql)
{
    return statements_.try_emplace(sql, connection_, sql).first->second;
}

} // namespace firstlock

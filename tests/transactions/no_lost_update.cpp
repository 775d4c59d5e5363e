// Goal:   no update that was acknowledged is lost, whichever transaction it ran in.
// Method: users read, work and write the same row, and begin again when they are locked, until each
//         has done its share. The counter then equals what was acknowledged; in the chain each row
//         hashes its predecessor, so that one that was written on a stale read shows.
#include "fixtures/transactions/crowd.hpp"
#include "fixtures/transactions/modes.hpp"
#include "helpers/described/names.hpp"
#include "helpers/requests/engine.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

using namespace firstlock;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t users = 4;
constexpr int times = 25;

/// A crowd whose users all change the table that `statements` make, until each has done its share.
Crowd change_together(InBothModes& fresh, RequestTable table, const char* statements,
                      Transaction transaction)
{
    Connection(fresh.database()).execute(statements);
    WriterSettings with = profile(fresh.journal).settings;
    with.transaction = transaction;
    // The 60 s are a limit, and so many sleeps of 1 ms keep a case short.
    with.retry = Retry::constant;
    const bool at_once = transaction == Transaction::autocommit;
    return run_crowd({.database = fresh.database(),
                      .settings = with,
                      .users = users,
                      .plan = {.kinds = {at_once ? RequestKind::write : RequestKind::create_user},
                               .table = table,
                               .duration = 60s,
                               .requests = times,
                               .work = 1ms,
                               .until_acknowledged = true}});
}

} // namespace

TEST_CASE_METHOD(InBothModes, "transactions.no acknowledged increment of a counter is lost")
{
    const Crowd crowd =
        change_together(*this, RequestTable::counter,
                        "CREATE TABLE counter(n INTEGER); INSERT INTO counter VALUES (0)",
                        GENERATE(Transaction::autocommit, Transaction::deferred,
                                 Transaction::immediate, Transaction::exclusive));
    const std::size_t acknowledged =
        crowd.count_if([](const auto& each) { return each.row == Outcome::acknowledged; });

    CHECK(acknowledged == users * times);
    Connection connection(database());
    CHECK(connection.integer("SELECT n FROM counter") == static_cast<std::int64_t>(acknowledged));
}

TEST_CASE_METHOD(InBothModes, "transactions.in a chain every link hashes the one before it")
{
    const auto transaction =
        GENERATE(Transaction::deferred, Transaction::immediate, Transaction::exclusive);
    CAPTURE(name_of(transaction));
    const Crowd crowd = change_together(
        *this, RequestTable::chain,
        "CREATE TABLE chain(id INTEGER PRIMARY KEY, msg TEXT, link TEXT)", transaction);
    const Account account = account_of(crowd, database(), "chain");
    CHECK(account.holds());
    CHECK(account.acknowledged == users * times);
    Connection connection(database());
    const auto messages = connection.column("SELECT msg FROM chain ORDER BY id");
    const auto links = connection.column("SELECT link FROM chain ORDER BY id");
    std::string link;
    std::size_t broken = 0;
    for (std::size_t row = 0; row < links.size(); ++row) {
        link = link_after(link, messages[row]);
        broken += link == links[row] ? 0U : 1U;
    }
    CHECK(broken == 0);
}

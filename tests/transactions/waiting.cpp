// Goal:   how long a refused writer has waited, and what it takes to be served instead.
// Method: one process holds a lock, another asks for it. The sleeps that SQLite asks for are
//         counted by a VFS that wraps the default one: they add up to the timeout on any machine,
//         however loaded. Two processes, since POSIX locks are per process: within one, SQLite's
//         own bookkeeping would answer in their stead.
#include "fixtures/transactions/session.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <sqlite3.h>

using namespace firstlock;
using namespace std::chrono_literals;

namespace {

class BesideAHolder : public InBothModes {
  public:
    BesideAHolder() { holder.must("BEGIN IMMEDIATE"); }

    Session holder{database()};
};

} // namespace

TEST_CASE_METHOD(BesideAHolder,
                 "transactions.a held lock makes a writer wait as long as its timeout says")
{
    const auto timeout = GENERATE(40ms, 300ms, 1000ms);
    Session writer(database(), timeout);

    CHECK_THAT(writer.run(insert), RefusedAfter(SQLITE_BUSY, timeout));
}

TEST_CASE_METHOD(BesideAHolder, "transactions.a timeout of 0 is refused at once")
{
    Session writer(database(), 0ms);

    CHECK_THAT(writer.run(insert), RefusedAtOnce(SQLITE_BUSY));
    CHECK_THAT(writer.run("BEGIN IMMEDIATE"), RefusedAtOnce(SQLITE_BUSY));
}

TEST_CASE_METHOD(BesideAHolder, "transactions.a writer whose lock is freed in time is served")
{
    Session writer(database(), 30s);
    writer.start_waiting(insert);
    holder.must("COMMIT");

    CHECK_THAT(writer.finish(), ServedAfterAWait());
    CHECK(holder.must(count).value() == "1");
}

TEST_CASE_METHOD(BesideAHolder,
                 "transactions.BEGIN IMMEDIATE waits, and after it no statement has to")
{
    Session writer(database(), 30s);
    writer.start_waiting("BEGIN IMMEDIATE");
    holder.must("COMMIT");

    CHECK_THAT(writer.finish(), ServedAfterAWait());
    CHECK_THAT(writer.run(count), ServedAtOnce());
    CHECK_THAT(writer.run(insert), ServedAtOnce());
    CHECK_THAT(writer.run("COMMIT"), ServedAtOnce());
}

TEST_CASE_METHOD(BesideAHolder,
                 "transactions.a deferred transaction that writes first waits like IMMEDIATE")
{
    Session writer(database(), 30s);
    CHECK_THAT(writer.run("BEGIN"), ServedAtOnce());
    writer.start_waiting(insert);
    holder.must("COMMIT");

    CHECK_THAT(writer.finish(), ServedAfterAWait());
    CHECK_THAT(writer.run("COMMIT"), Served());
}

TEST_CASE_METHOD(BesideAHolder,
                 "transactions.a retry of our own waits until its timeout by the clock")
{
    const auto retry = GENERATE(Retry::constant, Retry::jittered);
    Session writer(database(), 200ms, retry);
    const StatementAnswer refused = writer.run(insert);

    CHECK(refused.code == SQLITE_BUSY);
    CHECK(refused.took_ms >= 200);
    // Each sleep takes at least as long as was asked, so what was asked ends at most one sleep
    // beyond the timeout.
    CHECK(refused.slept_ms <= 210);
}

TEST_CASE_METHOD(BesideAHolder, "transactions.a writer that dies frees its lock and leaves no row")
{
    Session writer(database(), 30s);
    holder.must("INSERT INTO messages(msg) VALUES ('never committed')");
    writer.start_waiting(insert);
    holder.kill();

    CHECK_THAT(writer.finish(), ServedAfterAWait());
    CHECK(writer.must("SELECT group_concat(msg) FROM messages").value() == "one");
}

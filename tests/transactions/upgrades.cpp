// Goal:   what happens to a transaction that has read and then writes, and to the commit beside it.
// Method: two processes take turns; the one that is refused has a timeout of 5 s, which shows that
//         none was waited.
#include "fixtures/transactions/session.hpp"

#include <catch2/catch_test_macros.hpp>

#include <sqlite3.h>

using namespace firstlock;
using namespace std::chrono_literals;

TEST_CASE_METHOD(
    InBothModes,
    "transactions.an upgrade of a read transaction beside a writer is refused at once with 5")
{
    Session writer(database());
    Session reader(database(), 5s);
    reader.begin_reading();
    writer.must("BEGIN IMMEDIATE");

    CHECK_THAT(reader.run(insert), RefusedAtOnce(SQLITE_BUSY));
}

TEST_CASE_METHOD(InWal,
                 "transactions.an upgrade on a stale snapshot in WAL is refused at once with 517")
{
    Session writer(database());
    Session reader(database(), 5s);
    reader.begin_reading();
    writer.must(insert);

    CHECK_THAT(reader.run(insert), RefusedAtOnce(SQLITE_BUSY_SNAPSHOT));
    // Neither does it help to try again in the same transaction, though nobody writes any more.
    CHECK_THAT(reader.run(insert), RefusedAtOnce(SQLITE_BUSY_SNAPSHOT));
}

TEST_CASE_METHOD(InBothModes,
                 "transactions.a refused upgrade is cured by ROLLBACK and BEGIN IMMEDIATE")
{
    Session writer(database(), 30s);
    Session reader(database(), 30s);
    reader.begin_reading();
    writer.begin_writing();
    REQUIRE_THAT(reader.run(insert), RefusedAtOnce(SQLITE_BUSY));

    reader.must("ROLLBACK");
    reader.start_waiting("BEGIN IMMEDIATE");
    writer.must("COMMIT");
    CHECK_THAT(reader.finish(), ServedAfterAWait());
    CHECK(reader.must(count).value() == "1");
    CHECK_THAT(reader.run(insert), ServedAtOnce());
    CHECK_THAT(reader.run("COMMIT"), ServedAtOnce());
    CHECK(writer.must(count).value() == "2");
}

TEST_CASE_METHOD(InRollback, "transactions.a reader in rollback makes a COMMIT wait out its "
                             "timeout and it can be tried again")
{
    Session reader(database());
    Session writer(database(), 300ms);
    reader.begin_reading();
    writer.begin_writing();

    CHECK_THAT(writer.run("COMMIT"), RefusedAfter(SQLITE_BUSY, 300ms));
    // The transaction is still open, and nobody new may read: PENDING is held.
    Session late(database(), 0ms);
    CHECK_THAT(late.run(count), RefusedAtOnce(SQLITE_BUSY));
    reader.must("COMMIT");
    CHECK_THAT(writer.run("COMMIT"), ServedAtOnce());
    CHECK(late.must(count).value() == "1");
}

TEST_CASE_METHOD(InWal, "transactions.a reader in WAL does not hold up a COMMIT")
{
    Session reader(database());
    Session writer(database(), 0ms);
    reader.begin_reading();
    writer.begin_writing();

    CHECK_THAT(writer.run("COMMIT"), ServedAtOnce());
}

TEST_CASE_METHOD(InBothModes,
                 "transactions.reading and then writing without a transaction loses an update")
{
    Session one(database());
    Session two(database());
    one.must("CREATE TABLE counter(n INTEGER)");
    one.must("INSERT INTO counter VALUES (0)");
    REQUIRE(one.must("SELECT n FROM counter").value() == "0");
    REQUIRE(two.must("SELECT n FROM counter").value() == "0");

    CHECK_THAT(one.run("UPDATE counter SET n = 0 + 1"), ServedAtOnce());
    CHECK_THAT(two.run("UPDATE counter SET n = 0 + 1"), ServedAtOnce());
    CHECK(one.must("SELECT n FROM counter").value() == "1"); // two were acknowledged
}

// Goal:   when the journal mode of a file may be changed.
// Method: a process asks for another mode beside one that is idle, reads or writes.
#include "fixtures/transactions/session.hpp"

#include <catch2/catch_test_macros.hpp>

#include <sqlite3.h>

using namespace firstlock;
using namespace std::chrono_literals;

TEST_CASE_METHOD(InWal, "transactions.WAL to DELETE beside one idle connection is refused at once")
{
    Session idle(database());
    Session changer(database(), 5s);
    idle.must(count);

    CHECK_THAT(changer.run("PRAGMA journal_mode=DELETE"), RefusedAtOnce(SQLITE_BUSY));
    idle.close();
    CHECK(changer.must("PRAGMA journal_mode=DELETE").value() == "delete");
}

TEST_CASE_METHOD(InRollback, "transactions.DELETE to WAL beside a writer is refused at once")
{
    Session writer(database());
    Session changer(database(), 5s);
    writer.must("BEGIN IMMEDIATE");

    CHECK_THAT(changer.run("PRAGMA journal_mode=WAL"), RefusedAtOnce(SQLITE_BUSY));
    writer.must("COMMIT");
    CHECK(changer.must("PRAGMA journal_mode=WAL").value() == "wal");
}

TEST_CASE_METHOD(InRollback,
                 "transactions.DELETE to WAL beside a reader is refused after the timeout")
{
    Session reader(database());
    Session changer(database(), 300ms);
    reader.begin_reading();

    CHECK_THAT(changer.run("PRAGMA journal_mode=WAL"), RefusedAfter(SQLITE_BUSY, 300ms));
    reader.must("COMMIT");
    CHECK(changer.must("PRAGMA journal_mode=WAL").value() == "wal");
}

TEST_CASE_METHOD(InBothModes,
                 "transactions.asking for the journal mode that the file has is always served")
{
    const std::string mode = journal == "wal" ? "wal" : "delete";
    Session writer(database());
    Session asker(database(), 0ms);
    writer.begin_writing();

    const StatementAnswer answer = asker.run("PRAGMA journal_mode=" + mode);
    CHECK_THAT(answer, ServedAtOnce());
    CHECK(answer.value() == mode);
}

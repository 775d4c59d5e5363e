// Goal:   who may read while another writes.
// Method: one process holds a write lock of each kind, another reads with timeout 0, so that every
//         refusal shows.
#include "fixtures/table/fresh_table.hpp"
#include "fixtures/transactions/session.hpp"

#include <catch2/catch_test_macros.hpp>

#include <sqlite3.h>

using namespace firstlock;
using namespace std::chrono_literals;

namespace {

constexpr const char* count = "SELECT count(*) FROM messages";
constexpr const char* insert = "INSERT INTO messages(msg) VALUES ('new')";

} // namespace

TEST_CASE_METHOD(FreshTable,
                 "transactions.readers go on during a write in WAL and see the state before it")
{
    use(profile("wal"));
    Session writer(database());
    Session reader(database(), 0ms);
    writer.must("BEGIN IMMEDIATE");
    writer.must(insert);

    CHECK_THAT(reader.run(count), ServedAtOnce());
    CHECK(reader.must(count).value() == "0");
    writer.must("COMMIT");
    CHECK(reader.must(count).value() == "1");
}

TEST_CASE_METHOD(FreshTable, "transactions.a reader in WAL keeps its snapshot while others commit")
{
    use(profile("wal"));
    Session writer(database());
    Session reader(database(), 0ms);
    reader.must("BEGIN");
    REQUIRE(reader.must(count).value() == "0");

    CHECK_THAT(writer.run(insert), ServedAtOnce());
    CHECK(reader.must(count).value() == "0");
    reader.must("COMMIT");
    CHECK(reader.must(count).value() == "1");
}

TEST_CASE_METHOD(FreshTable, "transactions.readers go on under a held IMMEDIATE in rollback")
{
    use(profile("rollback"));
    Session writer(database());
    Session reader(database(), 0ms);
    writer.must("BEGIN IMMEDIATE");
    writer.must(insert);

    CHECK_THAT(reader.run(count), ServedAtOnce());
    CHECK(reader.must(count).value() == "0");
    CHECK_THAT(writer.run("COMMIT"), ServedAtOnce());
}

TEST_CASE_METHOD(FreshTable, "transactions.BEGIN EXCLUSIVE refuses readers in rollback")
{
    use(profile("rollback"));
    Session writer(database());
    Session reader(database(), 0ms);
    writer.must("BEGIN EXCLUSIVE");

    CHECK_THAT(reader.run(count), RefusedAtOnce(SQLITE_BUSY));
}

TEST_CASE_METHOD(FreshTable, "transactions.BEGIN EXCLUSIVE does not refuse readers in WAL")
{
    use(profile("wal"));
    Session writer(database());
    Session reader(database(), 0ms);
    Session other(database(), 0ms);
    writer.must("BEGIN EXCLUSIVE");

    CHECK_THAT(reader.run(count), ServedAtOnce());
    CHECK_THAT(other.run(insert), RefusedAtOnce(SQLITE_BUSY));
}

TEST_CASE_METHOD(FreshTable, "transactions.locking_mode EXCLUSIVE refuses readers in WAL")
{
    use(profile("wal"));
    Session writer(database());
    Session reader(database(), 0ms);
    writer.must(
        count); // asked for before the first access, the mode could not be left again in WAL
    writer.must("PRAGMA locking_mode=EXCLUSIVE");
    writer.must(insert);

    CHECK_THAT(reader.run(count), RefusedAtOnce(SQLITE_BUSY));
    writer.must("PRAGMA locking_mode=NORMAL");
    writer.must(count); // the lock goes with the next access
    CHECK_THAT(reader.run(count), ServedAtOnce());
}

TEST_CASE_METHOD(
    FreshTable,
    "transactions.an observer that counts under BEGIN EXCLUSIVE needs a timeout in rollback")
{
    use(profile("rollback"));
    Session writer(database());
    Session hasty(database(), 0ms);
    Session patient(database(), 30s);
    writer.must("BEGIN EXCLUSIVE");
    writer.must(insert);

    CHECK_THAT(hasty.run(count), RefusedAtOnce(SQLITE_BUSY));
    patient.start(count);
    patient.await_waiting();
    writer.must("COMMIT");
    const Answer counted = patient.finish();
    CHECK_THAT(counted, ServedAfterAWait());
    CHECK(counted.value() == "1");
}

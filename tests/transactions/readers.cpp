// Goal:   who may read while another writes.
// Method: one process holds a write lock of each kind, another reads with timeout 0, so that every
//         refusal shows.
#include "fixtures/transactions/session.hpp"

#include <catch2/catch_test_macros.hpp>

#include <sqlite3.h>

using namespace firstlock;
using namespace std::chrono_literals;

namespace {

template <typename Mode>
class TwoSessions : public Mode {
  public:
    Session writer{Mode::database()};
    Session reader{Mode::database(), 0ms};
};

using TwoInRollback = TwoSessions<InRollback>;
using TwoInWal = TwoSessions<InWal>;

} // namespace

TEST_CASE_METHOD(TwoInWal,
                 "transactions.readers go on during a write in WAL and see the state before it")
{
    writer.begin_writing();

    CHECK_THAT(reader.run(count), ServedAtOnce());
    CHECK(reader.must(count).value() == "0");
    writer.must("COMMIT");
    CHECK(reader.must(count).value() == "1");
}

TEST_CASE_METHOD(TwoInWal, "transactions.a reader in WAL keeps its snapshot while others commit")
{
    reader.must("BEGIN");
    REQUIRE(reader.must(count).value() == "0");

    CHECK_THAT(writer.run(insert), ServedAtOnce());
    CHECK(reader.must(count).value() == "0");
    reader.must("COMMIT");
    CHECK(reader.must(count).value() == "1");
}

TEST_CASE_METHOD(TwoInRollback, "transactions.readers go on under a held IMMEDIATE in rollback")
{
    writer.begin_writing();

    CHECK_THAT(reader.run(count), ServedAtOnce());
    CHECK(reader.must(count).value() == "0");
    CHECK_THAT(writer.run("COMMIT"), ServedAtOnce());
}

TEST_CASE_METHOD(TwoInRollback, "transactions.BEGIN EXCLUSIVE refuses readers in rollback")
{
    writer.must("BEGIN EXCLUSIVE");

    CHECK_THAT(reader.run(count), RefusedAtOnce(SQLITE_BUSY));
}

TEST_CASE_METHOD(TwoInWal, "transactions.BEGIN EXCLUSIVE does not refuse readers in WAL")
{
    Session other(database(), 0ms);
    writer.must("BEGIN EXCLUSIVE");

    CHECK_THAT(reader.run(count), ServedAtOnce());
    CHECK_THAT(other.run(insert), RefusedAtOnce(SQLITE_BUSY));
}

TEST_CASE_METHOD(TwoInWal, "transactions.locking_mode EXCLUSIVE refuses readers in WAL")
{
    // A read first: asked for before any access, the mode could not be left again in WAL.
    writer.must(count);
    writer.must("PRAGMA locking_mode=EXCLUSIVE");
    writer.must(insert);

    CHECK_THAT(reader.run(count), RefusedAtOnce(SQLITE_BUSY));
    writer.must("PRAGMA locking_mode=NORMAL");
    writer.must(count); // the lock goes with the next access
    CHECK_THAT(reader.run(count), ServedAtOnce());
}

TEST_CASE_METHOD(
    InRollback,
    "transactions.an observer that counts under BEGIN EXCLUSIVE needs a timeout in rollback")
{
    Session writer(database());
    Session hasty(database(), 0ms);
    Session patient(database(), 30s);
    writer.must("BEGIN EXCLUSIVE");
    writer.must(insert);

    CHECK_THAT(hasty.run(count), RefusedAtOnce(SQLITE_BUSY));
    patient.start_waiting(count);
    writer.must("COMMIT");
    const StatementAnswer counted = patient.finish();
    CHECK_THAT(counted, ServedAfterAWait());
    CHECK(counted.value() == "1");
}

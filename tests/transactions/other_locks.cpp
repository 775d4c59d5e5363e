// Goal:   VACUUM, attached databases, shared cache and BEGIN CONCURRENT: locks that take people by
//         surprise.
// Method: sessions of their own, but for the shared cache, which exists within one process only.
#include "fixtures/transactions/session.hpp"
#include "helpers/sqlite/connection.hpp"
#include "helpers/sqlite/error.hpp"
#include "helpers/sqlite/sleep_recorder.hpp"

#include <catch2/catch_test_macros.hpp>

#include <sqlite3.h>

using namespace firstlock;
using namespace std::chrono_literals;

namespace {

constexpr const char* insert_in_other = "INSERT INTO other.messages(msg) VALUES ('two')";

/// A second file with the same table, in the same mode.
class TwoFiles : public InBothModes {
  public:
    TwoFiles() { make_table(other, profile(journal)); }

    static std::string attach(const std::filesystem::path& file)
    {
        return "ATTACH '" + file.string() + "' AS other";
    }

    const std::filesystem::path other = database().parent_path() / "other.db";
};

} // namespace

TEST_CASE_METHOD(InBothModes, "transactions.VACUUM beside a writer is refused after the timeout")
{
    Session writer(database());
    Session cleaner(database(), 200ms);
    writer.must("BEGIN IMMEDIATE");

    CHECK_THAT(cleaner.run("VACUUM"), RefusedAfter(SQLITE_BUSY, 200ms));
    writer.must("COMMIT");
    CHECK_THAT(cleaner.run("VACUUM"), ServedAtOnce());
}

TEST_CASE_METHOD(InBothModes,
                 "transactions.VACUUM beside a reader is refused in rollback and served in WAL")
{
    Session reader(database());
    Session cleaner(database(), 200ms);
    cleaner.must(insert);
    reader.begin_reading();

    const StatementAnswer answer = cleaner.run("VACUUM");
    if (journal == "rollback") {
        CHECK(answer.code == SQLITE_BUSY);
        CHECK(answer.slept_ms >= 200);
    } else {
        CHECK_THAT(answer, ServedAtOnce());
    }
}

TEST_CASE_METHOD(TwoFiles, "transactions.BEGIN IMMEDIATE locks every attached database")
{
    Session both(database());
    Session writer(other, 0ms);
    both.must(attach(other));
    both.must("BEGIN IMMEDIATE");

    CHECK_THAT(writer.run(insert), RefusedAtOnce(SQLITE_BUSY));
    both.must(insert);
    both.must(insert_in_other);
    both.must("COMMIT");
    CHECK(writer.must(count).value() == "1");
}

TEST_CASE_METHOD(
    TwoFiles,
    "transactions.two transactions that lock two databases crosswise wait out their timeout")
{
    Session one(database(), 200ms);
    Session two(other, 200ms);
    one.must(attach(other));
    two.must(attach(database()));
    one.must("BEGIN");
    two.must("BEGIN");
    one.must(insert);
    two.must(insert);

    CHECK_THAT(one.run(insert_in_other), RefusedAfter(SQLITE_BUSY, 200ms));
    CHECK_THAT(two.run(insert_in_other), RefusedAfter(SQLITE_BUSY, 200ms));
    one.must("ROLLBACK");
    CHECK_THAT(two.run(insert_in_other),
               ServedAtOnce()); // only when one gives way the other gets through
    CHECK_THAT(two.run("COMMIT"), ServedAtOnce());
}

TEST_CASE_METHOD(InBothModes,
                 "transactions.a shared cache is refused with 262 at once whatever the timeout")
{
    if (sqlite3_compileoption_used("OMIT_SHARED_CACHE") != 0) {
        SKIP("this SQLite is built with OMIT_SHARED_CACHE");
    }
    record_sleeps();
    Connection writer(database(), {.shared_cache = true});
    Connection reader(database(), {.busy_timeout = 5s, .shared_cache = true});
    writer.execute("BEGIN IMMEDIATE");
    writer.execute(insert);

    const SleepsAsked before = sleeps_asked();
    CHECK(reader.try_execute(count) == SQLITE_LOCKED_SHAREDCACHE);
    CHECK(sleeps_asked().since(before).count == 0);
    writer.execute("COMMIT");
    CHECK(reader.integer(count) == 1);
}

TEST_CASE_METHOD(InWal, "transactions.BEGIN CONCURRENT lets two transactions write where it exists")
{
    Session one(database());
    Session two(database());
    if (const StatementAnswer answer = one.run("BEGIN CONCURRENT"); answer.code != 0) {
        SKIP("SQLite " << sqlite3_libversion() << " has no BEGIN CONCURRENT (" << answer.message
                       << "): it lives on a branch and is in no released amalgamation");
    }
    two.must("BEGIN CONCURRENT");
    one.must(insert);
    CHECK_THAT(two.run("CREATE TABLE elsewhere(n)"), ServedAtOnce());
}

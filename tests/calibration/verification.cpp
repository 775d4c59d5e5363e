// Goal:   what is wrong with a table is found, whichever look it takes: the one before the TRUNCATE
//         checkpoint, the one after it, or integrity_check.
// Method: tables that are damaged on purpose. What a checkpoint brings to light is made by another
//         process: it holds the lock that the checkpoint has to wait for, and commits when the
//         verification asks for its first sleep, which is after the first look.
#include "fixtures/table/verification.hpp"
#include "fixtures/transactions/session.hpp"
#include "helpers/sqlite/connection.hpp"
#include "helpers/sqlite/sleep_recorder.hpp"
#include "tests/calibration/recorded_writer.hpp"

#include <boost/uuid/uuid_io.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <fstream>

using namespace firstlock;
using Catch::Matchers::ContainsSubstring;

namespace {

/// A table with rows that were acknowledged.
class Filled : public FreshTable {
  public:
    explicit Filled(const std::string& journal_mode = GENERATE("delete", "wal"))
    {
        use({journal_mode, {.journal_mode = journal_mode, .synchronous = "off"}, ""});
        insert_in_sequence(rows);
    }

    /// By a ledger in which `outcome` is what became of the first row.
    Verification verified(Outcome outcome = Outcome::acknowledged) const
    {
        Ledger ledger;
        for (const Message& row : rows) {
            ledger.enter(row, row == rows.front() ? outcome : Outcome::acknowledged);
        }
        return verify(database(), ledger);
    }

    const std::vector<Message> rows = example_rows(120);
};

Session* holder = nullptr;

void commit_once(int /*microseconds*/)
{
    if (holder != nullptr) {
        std::exchange(holder, nullptr)->must("COMMIT");
    }
}

/// Another process that changes the table when the checkpoint of a verification waits for it.
class ChangedInCheckpoint : public Filled {
  public:
    ChangedInCheckpoint() : Filled("wal")
    {
        skip_where_no_sleep_is_asked_for("wal");
        record_sleeps(commit_once);
    }

    Verification verified_while(const std::string& change, Outcome outcome)
    {
        Session other(database());
        other.must("BEGIN IMMEDIATE");
        other.must(change);
        holder = &other;
        Verification found = verified(outcome);
        CHECK(holder == nullptr); // or there was no checkpoint to wait
        return found;
    }

    const std::string first = boost::uuids::to_string(rows.front());
};

} // namespace

TEST_CASE_METHOD(Filled, "calibration.verification: a sound table is found sound")
{
    const Verification found = verified();
    CHECK(found.account.holds());
    CHECK(found.account.stored == rows.size());
    CHECK(found.integrity == "ok");
}

TEST_CASE_METHOD(Filled,
                 "calibration.verification: a page that was overwritten is told with its reason")
{
    Connection(database()).column("PRAGMA wal_checkpoint(TRUNCATE)");
    constexpr std::streamoff page = 4096;
    std::fstream file(database(), std::ios::binary | std::ios::in | std::ios::out);
    file.seekp(3 * page); // a leaf of the table
    file << std::string(page, '\xa5') << std::flush;

    CHECK_THAT(verified().integrity,
               ContainsSubstring("could not be read") && ContainsSubstring("malformed"));
}

TEST_CASE_METHOD(Filled, "calibration.verification: an index out of step with its "
                         "table is told though every row can be read")
{
    const auto with_writable_schema = [&](const std::string& change) {
        Connection(database()).execute("PRAGMA writable_schema=ON;" + change);
    };
    Connection(database())
        .execute("CREATE TABLE aside(name, sql, root);"
                 "CREATE INDEX by_time ON messages(ts);"
                 "INSERT INTO aside SELECT name, sql, rootpage FROM "
                 "sqlite_schema WHERE name='by_time'");
    with_writable_schema("DELETE FROM sqlite_schema WHERE name='by_time'");
    Connection(database()).execute("DELETE FROM messages WHERE rowid=1");
    with_writable_schema("INSERT INTO sqlite_schema SELECT 'index', name, 'messages', root, sql "
                         "FROM aside");

    const Verification found = verified(Outcome::locked);
    CHECK(found.account.holds());
    CHECK_THAT(found.integrity, ContainsSubstring("wrong # of entries in index by_time"));
}

TEST_CASE_METHOD(ChangedInCheckpoint,
                 "calibration.verification: a row that vanishes with the checkpoint is lost")
{
    const Verification found =
        verified_while("DELETE FROM messages WHERE msg='" + first + "'", Outcome::acknowledged);
    CHECK(found.account.lost == 1);
    CHECK(found.account.lost_rows == std::vector{first});
    CHECK(found.account.stored == rows.size() - 1);
}

TEST_CASE_METHOD(ChangedInCheckpoint,
                 "calibration.verification: a row that is there only after the checkpoint is "
                 "unexpected")
{
    const Verification found = verified_while(insert, Outcome::acknowledged);
    CHECK(found.account.unexpected == 1);
    CHECK(found.account.unexpected_rows == std::vector<std::string>{"'one'"});
}

TEST_CASE_METHOD(ChangedInCheckpoint, "calibration.verification: a row that is there only before "
                                      "the checkpoint was unexpected all the same")
{
    const Verification found =
        verified_while("DELETE FROM messages WHERE msg='" + first + "'", Outcome::locked);
    CHECK(found.account.unexpected == 1);
    CHECK(found.account.unexpected_rows == std::vector{first});
}

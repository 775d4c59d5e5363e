// Goal:   a row counts as stored when its payload is there too, whole and its own.
// Method: writers of every kind with a payload; then tables with one payload that is wrong.
#include "fixtures/run/settings.hpp"
#include "fixtures/table/fresh_table.hpp"
#include "fixtures/table/matchers.hpp"
#include "fixtures/table/verification.hpp"
#include "helpers/sqlite/connection.hpp"
#include "helpers/sqlite/payload.hpp"

#include <boost/uuid/uuid_io.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

using namespace firstlock;

namespace {

class WithPayload : public FreshTable {
  public:
    WithPayload() { use(with_payload(profile(GENERATE("recommended", "python-per-request")), 3)); }
};

} // namespace

TEST_CASE("calibration.payload: it is the row's text over and over")
{
    const std::string text = "abc";
    CHECK(payload_of(text, 0).empty());
    CHECK(payload_of(text, 2) == "ab");
    CHECK(payload_of(text, 7) == "abcabca");
}

TEST_CASE_METHOD(WithPayload, "calibration.payload: what writers and rows in sequence store is "
                              "whole and their own")
{
    insert_in_sequence(example_rows(3));
    const Trial trial = insert_in_parallel(example_rows(4),
                                           {.writer = own_writer(), .recorded = Recorded::nowhere});
    CHECK_THAT(trial, AllRowsStored());
    CHECK(trial.rows_after == 7);
    Connection connection(database());
    const auto row = connection.row("SELECT msg, payload FROM messages ORDER BY rowid DESC");
    CHECK(row.at(1) == payload_of(row.at(0), 3072));
}

TEST_CASE_METHOD(FreshTable,
                 "calibration.payload: a row whose payload is wrong is lost and its copy named")
{
    const auto [change, finding] = GENERATE(table<std::string, std::string>({
        {"NULL", " (no payload)"},
        {"substr(payload, 2)", " (payload: 99 bytes)"},
        {"payload || 'x'", " (payload: 101 bytes)"},
        {"zeroblob(100)", " (foreign payload)"},
        {"substr(payload, 1, 99) || 'x'", " (foreign payload)"},
        {"(SELECT payload FROM messages WHERE rowid=2)", " (foreign payload)"},
    }));
    CAPTURE(change);
    use({"short", {.journal_mode = "wal", .payload_bytes = 100}, ""});
    const std::vector<Message> rows = example_rows(3);
    insert_in_sequence(rows);
    Connection(database()).execute("UPDATE messages SET payload=" + change + " WHERE rowid=1");

    Ledger ledger;
    for (const Message& row : rows) {
        ledger.enter(row, Outcome::acknowledged);
    }
    const Verification found = verify(database(), ledger, 100);
    const std::string first = boost::uuids::to_string(rows.front());
    CHECK(found.account.lost_rows == std::vector{first});
    CHECK(found.account.unexpected_rows == std::vector{"'" + first + finding + "'"});
    CHECK(found.integrity == "ok");
}

TEST_CASE_METHOD(FreshTable,
                 "calibration.payload: a trial with a wrong one is broken and its story says why")
{
    use(with_payload(profile("recommended"), 1));
    insert_in_sequence(example_rows(1));
    Connection(database()).execute("UPDATE messages SET payload='short'");
    const Trial trial = insert_in_parallel(example_rows(1),
                                           {.writer = own_writer(), .recorded = Recorded::nowhere});
    CHECK(trial.verdict == Verdict::broken);
    CHECK(trial.story().find("(payload: 5 bytes)") != std::string::npos);
}

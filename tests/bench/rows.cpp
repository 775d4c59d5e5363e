// Goal:   what the suite does per row, in sequence and in the ledger, costs little more than the
//         work itself.
// Method: the fixture's inserts in turn with a plain loop over SQLite's C API under the same
//         pragmas; the ledger's comparison in turn with sorting two vectors of the same rows and
//         comparing them.
#include "fixtures/bench/comparison.hpp"
#include "fixtures/run/settings.hpp"
#include "fixtures/table/fresh_table.hpp"

#include <boost/uuid/uuid_io.hpp>
#include <catch2/catch_test_macros.hpp>
#include <sqlite3.h>

#include <algorithm>

using namespace firstlock;

namespace {

std::vector<std::string> texts_of(const std::vector<Message>& rows)
{
    std::vector<std::string> texts;
    texts.reserve(rows.size());
    for (const Message& row : rows) {
        texts.push_back(boost::uuids::to_string(row));
    }
    return texts;
}

double fixture_inserts_ms(const std::vector<Message>& rows)
{
    FreshTable table;
    table.use(profile("recommended"));
    const double ms = ms_of([&] { table.insert_in_sequence(rows); });
    REQUIRE(table.row_count() == rows.size());
    return ms;
}

/// One transaction per row as the profile `recommended` has it, by SQLite's C API and nothing else.
double plain_inserts_ms(const std::vector<Message>& rows)
{
    const ScratchDirectory directory;
    const std::string database = (directory.path() / "plain.db").string();
    make_table(database, profile("recommended"));
    const std::vector<std::string> texts = texts_of(rows);
    int refused = 0;
    const double ms = ms_of([&] {
        sqlite3* connection = nullptr;
        sqlite3_stmt* insert = nullptr;
        const auto take = [&](int code) { refused += code == SQLITE_OK ? 0 : 1; };
        const auto execute = [&](const char* sql) {
            take(sqlite3_exec(connection, sql, nullptr, nullptr, nullptr));
        };
        take(sqlite3_open_v2(database.c_str(), &connection, SQLITE_OPEN_READWRITE, nullptr));
        sqlite3_busy_timeout(connection, 60'000);
        execute("PRAGMA synchronous=normal");
        const char* const sql = "INSERT INTO messages(msg) VALUES (?)";
        take(sqlite3_prepare_v2(connection, sql, -1, &insert, nullptr));
        for (const std::string& text : texts) {
            execute("BEGIN IMMEDIATE");
            sqlite3_bind_text(insert, 1, text.c_str(), -1, SQLITE_TRANSIENT);
            sqlite3_step(insert);
            take(sqlite3_reset(insert)); // the step's own code, if it failed
            execute("COMMIT");
        }
        sqlite3_finalize(insert);
        sqlite3_close(connection);
    });
    REQUIRE(refused == 0);
    return ms;
}

double ledger_ms(const std::vector<Message>& rows, const std::vector<std::string>& stored)
{
    Ledger ledger;
    ledger.reserve(rows.size());
    for (const Message& row : rows) {
        ledger.enter(row, Outcome::acknowledged);
    }
    Account account;
    const double ms = ms_of([&] { account = ledger.compare(stored); });
    REQUIRE(account.holds());
    REQUIRE(account.acknowledged == rows.size());
    return ms;
}

double two_vectors_ms(std::vector<Message> left, std::vector<Message> right)
{
    bool same = false;
    const double ms = ms_of([&] {
        std::sort(left.begin(), left.end());
        std::sort(right.begin(), right.end());
        same = left == right;
    });
    REQUIRE(same);
    return ms;
}

} // namespace

TEST_CASE("bench.rows in sequence cost what a plain C loop costs")
{
    const bool deep = settings().depth == Depth::deep;
    const auto rows = example_rows(deep ? 10'000 : 1'000);
    record_bench({.what = std::to_string(rows.size()) + " rows in sequence",
                  .against = "plain C loop",
                  .reach = 1.1},
                 measure_in_turn(
                     deep ? 15 : 3, [&] { return fixture_inserts_ms(rows); },
                     [&] { return plain_inserts_ms(rows); }));
}

TEST_CASE("bench.a ledger of a million rows is compared like two vectors")
{
    const bool deep = settings().depth == Depth::deep;
    const auto rows = example_rows(deep ? 1'000'000 : 100'000);
    auto reversed = rows;
    std::reverse(reversed.begin(), reversed.end());
    const std::vector<std::string> stored = texts_of(reversed);
    record_bench({.what = "ledger of " + std::to_string(rows.size()) + " rows compared",
                  .against = "two vectors, sorted",
                  .reach = 3},
                 measure_in_turn(
                     deep ? 7 : 3, [&] { return ledger_ms(rows, stored); },
                     [&] { return two_vectors_ms(rows, reversed); }));
}

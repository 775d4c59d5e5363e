// Goal:   what the suite does per row, in sequence and in the ledger, costs little more than the
//         work itself.
// Method: the fixture's inserts in turn with a plain C loop over the same pragmas; the ledger's
//         comparison in turn with sorting two vectors of the same rows and comparing them; its
//         memory by the peak of this process.
#include "fixtures/bench/comparison.hpp"
#include "fixtures/run/settings.hpp"
#include "fixtures/table/fresh_table.hpp"
#include "helpers/bench/plain_inserts.h"

#include <boost/uuid/uuid_io.hpp>
#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <fstream>

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

double plain_inserts_ms(const std::vector<Message>& rows)
{
    const ScratchDirectory directory;
    const std::string database = (directory.path() / "plain.db").string();
    make_table(database, profile("recommended"));
    const std::vector<std::string> texts = texts_of(rows);
    std::vector<const char*> pointers;
    pointers.reserve(texts.size());
    for (const std::string& text : texts) {
        pointers.push_back(text.c_str());
    }
    int code = -1;
    const double ms = ms_of([&] {
        code = firstlock_plain_inserts(database.c_str(), pointers.data(),
                                       static_cast<int>(pointers.size()));
    });
    REQUIRE(code == 0);
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

/// A line of /proc/self/status, in bytes.
double status_bytes(const std::string& key)
{
    std::ifstream status("/proc/self/status");
    std::string word;
    double kibibytes = 0;
    while (status >> word && word != key + ":") {
    }
    status >> kibibytes;
    return kibibytes * 1024;
}

} // namespace

TEST_CASE("bench.rows in sequence cost what a plain C loop costs")
{
    const bool deep = settings().depth == Depth::deep;
    const auto rows = example_rows(deep ? 10'000 : 1'000);
    const BenchPairs pairs = measure_in_turn(
        deep ? 15 : 3, [&] { return fixture_inserts_ms(rows); },
        [&] { return plain_inserts_ms(rows); });
    const double ratio = record_bench({.what = std::to_string(rows.size()) + " rows in sequence",
                                       .against = "plain C loop",
                                       .unit = "ms",
                                       .reach = 1.1},
                                      pairs);
    CHECK(ratio > 0);
}

TEST_CASE("bench.a ledger of a million rows is compared like two vectors")
{
    const bool deep = settings().depth == Depth::deep;
    const auto rows = example_rows(deep ? 1'000'000 : 100'000);
    auto shuffled = rows;
    std::reverse(shuffled.begin(), shuffled.end());
    std::ofstream("/proc/self/clear_refs") << "5"; // VmHWM starts anew where this is allowed
    const double before = status_bytes("VmRSS");
    {
        const std::vector<std::string> stored = texts_of(shuffled);
        ledger_ms(rows, stored);
    }
    const double bytes = (status_bytes("VmHWM") - before) / static_cast<double>(rows.size());
    const std::vector<std::string> stored = texts_of(shuffled);
    const BenchPairs pairs = measure_in_turn(
        deep ? 7 : 3, [&] { return ledger_ms(rows, stored); },
        [&] { return two_vectors_ms(rows, shuffled); });
    const std::string count = std::to_string(rows.size());
    record_bench({.what = "ledger of " + count + " rows compared",
                  .against = "two vectors, sorted",
                  .unit = "ms",
                  .reach = 3},
                 pairs);
    record_bench({.what = "memory of that, texts of the table included",
                  .against = "",
                  .unit = "bytes/row",
                  .reach = 200},
                 {bytes});
    CHECK(bytes > 0);
}

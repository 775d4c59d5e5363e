// Goal:   the account of a trial is right row by row, so that counts which happen to match cannot
//         hide a loss.
// Method: small ledgers against small made-up tables, one law each; then the identity on random
//         ones.
#include "helpers/rows/ledger.hpp"
#include "fixtures/run/settings.hpp"
#include "fixtures/table/fresh_table.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <boost/uuid/uuid_io.hpp>

#include <algorithm>
#include <random>

using namespace firstlock;

namespace {

using Texts = std::vector<std::string>;

std::string text(const Message& row)
{
    return boost::uuids::to_string(row);
}

Account account_of(const std::vector<std::pair<Message, Outcome>>& entries, const Texts& table)
{
    Ledger ledger;
    for (const auto& [row, outcome] : entries) {
        ledger.enter(row, outcome);
    }
    return ledger.compare(table);
}

} // namespace

TEST_CASE("harness.ledger: every outcome is held against every number of copies in the table")
{
    struct Law {
        Outcome outcome;
        std::size_t copies, lost, unexpected, duplicate, unknown_stored;
    };
    const Law law = GENERATE(values<Law>({
        {Outcome::acknowledged, 0, 1, 0, 0, 0}, // the loss
        {Outcome::acknowledged, 1, 0, 0, 0, 0},
        {Outcome::acknowledged, 3, 0, 0, 2, 0}, // copies beyond the first
        {Outcome::locked, 0, 0, 0, 0, 0},
        {Outcome::locked, 1, 0, 1, 0, 0}, // refused, and there all the same
        {Outcome::locked, 2, 0, 1, 1, 0},
        {Outcome::failed, 0, 0, 0, 0, 0},
        {Outcome::failed, 1, 0, 1, 0, 0},
        {Outcome::failed, 2, 0, 1, 1, 0},
        {Outcome::unknown, 0, 0, 0, 0, 0}, // may be there or not
        {Outcome::unknown, 1, 0, 0, 0, 1},
        {Outcome::unknown, 2, 0, 0, 1, 1}, // but not twice
    }));
    const auto row = example_rows(2);
    Texts table{text(row[1])};
    table.insert(table.end(), law.copies, text(row[0]));
    CAPTURE(law.outcome, law.copies);
    const Account account =
        account_of({{row[0], law.outcome}, {row[1], Outcome::acknowledged}}, table);
    const auto named = [&](std::size_t count) { return Texts(count > 0 ? 1 : 0, text(row[0])); };
    CHECK(account.lost == law.lost);
    CHECK(account.lost_rows == named(law.lost));
    CHECK(account.unexpected == law.unexpected);
    CHECK(account.unexpected_rows == named(law.unexpected));
    CHECK(account.duplicate == law.duplicate);
    CHECK(account.duplicate_rows == named(law.duplicate));
    CHECK(account.unknown_stored == law.unknown_stored);
    CHECK(account.holds() == (law.lost + law.unexpected + law.duplicate == 0));
}

TEST_CASE("harness.ledger: a row that nobody attempted is unexpected, each copy of it")
{
    const Message before = row_name(1, 0, 0, 0);
    const Message first = row_name(2, 0, 0, 0);
    const Message between = row_name(3, 0, 0, 0);
    const Message second = row_name(4, 0, 0, 0);
    const Message after = row_name(5, 0, 0, 0);
    for (const Message& stranger : {before, between, after}) {
        CAPTURE(text(stranger));
        const Account account =
            account_of({{first, Outcome::acknowledged}, {second, Outcome::acknowledged}},
                       {text(stranger), text(first), text(stranger), text(second)});
        CHECK(account.unexpected == 2);
        CHECK(account.unexpected_rows == Texts(2, text(stranger)));
        CHECK(account.lost == 0);
        CHECK_FALSE(account.holds());
    }
}

TEST_CASE("harness.ledger: a text that is not a message is unexpected")
{
    const auto row = example_rows(1);
    Texts foreigners{"", "hello", std::string(36, '-'), "{" + text(row[0]) + "}"};
    // Upper case is the same 128 bits, and still not what a writer was given.
    for (const char wrong : {'g', 'A', '/', ':', '\0', '\xff'}) {
        for (std::size_t place = 0; place < 36; ++place) {
            foreigners.push_back(text(row[0]));
            foreigners.back()[place] = wrong;
        }
    }
    for (const std::string& foreign : foreigners) {
        CAPTURE(foreign);
        const Account account =
            account_of({{row[0], Outcome::acknowledged}}, {text(row[0]), foreign});
        CHECK(account.unexpected == 1);
        CHECK(account.lost + account.duplicate == 0);
        CHECK(account.stored == 2);
    }
}

TEST_CASE("harness.ledger: two opinions on one row are a defect of the suite and throw")
{
    const auto row = example_rows(2);
    CHECK_THROWS_WITH(
        account_of(
            {{row[0], Outcome::acknowledged}, {row[1], Outcome::locked}, {row[0], Outcome::locked}},
            {}),
        Catch::Matchers::ContainsSubstring(text(row[0])));
}

TEST_CASE("harness.ledger: stored rows are what the account says on random tables")
{
    const std::uint64_t seed = settings().seed;
    std::mt19937_64 random(seed);
    for (int round = 0; round < 200; ++round) {
        CAPTURE(seed, round);
        std::vector<std::pair<Message, Outcome>> entries;
        Texts table;
        std::size_t lost = 0;
        for (const Message& row : example_rows(random() % 60)) {
            entries.emplace_back(row, static_cast<Outcome>(random() % 4));
            const std::size_t copies = random() % 4 % 3; // none or one more often than two
            table.insert(table.end(), copies, text(row));
            lost += copies == 0 && entries.back().second == Outcome::acknowledged ? 1U : 0U;
        }
        table.insert(table.end(), random() % 3, "foreign");
        std::shuffle(table.begin(), table.end(), random);

        const Account account = account_of(entries, table);
        CHECK(account.stored == table.size());
        CHECK(account.lost == lost);
        CHECK(account.sum() == entries.size());
        CHECK(account.stored == account.acknowledged - account.lost + account.unexpected +
                                    account.unknown_stored + account.duplicate);
    }
}

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

TEST_CASE("harness.ledger: a row that was acknowledged and is absent is lost")
{
    const auto row = example_rows(2);
    const Account account = account_of(
        {{row[0], Outcome::acknowledged}, {row[1], Outcome::acknowledged}}, {text(row[0])});
    CHECK(account.lost == 1);
    CHECK(account.lost_rows == Texts{text(row[1])});
    CHECK_FALSE(account.holds());
}

TEST_CASE("harness.ledger: a row that was refused and is there is unexpected")
{
    for (const Outcome refused : {Outcome::locked, Outcome::failed}) {
        const auto row = example_rows(1);
        const Account account = account_of({{row[0], refused}}, {text(row[0])});
        CHECK(account.unexpected == 1);
        CHECK(account.unexpected_rows == Texts{text(row[0])});
        CHECK_FALSE(account.holds());
    }
}

TEST_CASE("harness.ledger: a row that nobody attempted is unexpected, each copy of it")
{
    const auto row = example_rows(2);
    const Account account =
        account_of({{row[0], Outcome::acknowledged}}, {text(row[1]), text(row[0]), text(row[1])});
    CHECK(account.unexpected == 2);
    CHECK(account.lost == 0);
    CHECK_FALSE(account.holds());
}

TEST_CASE("harness.ledger: copies beyond the first are duplicates")
{
    const auto row = example_rows(1);
    const Account account =
        account_of({{row[0], Outcome::acknowledged}}, {text(row[0]), text(row[0]), text(row[0])});
    CHECK(account.duplicate == 2);
    CHECK(account.duplicate_rows == Texts{text(row[0])});
    CHECK_FALSE(account.holds());
}

TEST_CASE("harness.ledger: an unknown row may be there or not")
{
    const auto row = example_rows(2);
    const Account account =
        account_of({{row[0], Outcome::unknown}, {row[1], Outcome::unknown}}, {text(row[0])});
    CHECK(account.unknown == 2);
    CHECK(account.unknown_stored == 1);
    CHECK(account.holds());
}

TEST_CASE("harness.ledger: an unknown row that is there twice is a duplicate all the same")
{
    const auto row = example_rows(1);
    const Account account = account_of({{row[0], Outcome::unknown}}, {text(row[0]), text(row[0])});
    CHECK(account.unknown_stored == 1);
    CHECK(account.duplicate == 1);
    CHECK_FALSE(account.holds());
}

TEST_CASE("harness.ledger: a text that is no message is unexpected")
{
    // Upper case is the same 128 bits, and still not what a writer was given.
    std::vector<Message> row = example_rows(1);
    row[0].data[0] = 0xfe; // so that there are letters in it, whatever was drawn
    std::string shouted = text(row[0]);
    std::transform(shouted.begin(), shouted.end(), shouted.begin(), ::toupper);
    for (const std::string& foreign :
         Texts{"", "hello", shouted, std::string(36, '-'), "{" + text(row[0]) + "}"}) {
        CAPTURE(foreign);
        const Account account =
            account_of({{row[0], Outcome::acknowledged}}, {text(row[0]), foreign});
        CHECK(account.unexpected == 1);
        CHECK(account.lost == 0);
        CHECK(account.stored == 2);
    }
}

TEST_CASE("harness.ledger: one wrong letter at any place makes a text no message")
{
    const auto row = example_rows(1);
    const char wrong = GENERATE('g', 'A', '/', ':', '\0', '\xff');
    for (std::size_t place = 0; place < 36; ++place) {
        std::string foreign = text(row[0]);
        foreign[place] = wrong;
        CAPTURE(foreign);
        const Account account =
            account_of({{row[0], Outcome::acknowledged}}, {text(row[0]), foreign});
        CHECK(account.unexpected == 1);
        CHECK(account.duplicate == 0);
    }
}

TEST_CASE("harness.ledger: right counts do not hide that one row took the place of another")
{
    const auto row = example_rows(3);
    const Account swapped =
        account_of({{row[0], Outcome::acknowledged}, {row[1], Outcome::acknowledged}},
                   {text(row[0]), text(row[2])});
    CHECK(swapped.stored == swapped.acknowledged);
    CHECK(swapped.lost == 1);
    CHECK(swapped.unexpected == 1);

    const Account copied =
        account_of({{row[0], Outcome::acknowledged}, {row[1], Outcome::acknowledged}},
                   {text(row[0]), text(row[0])});
    CHECK(copied.stored == copied.acknowledged);
    CHECK(copied.lost == 1);
    CHECK(copied.duplicate == 1);
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
        CHECK(account.acknowledged + account.locked + account.failed + account.unknown ==
              entries.size());
        CHECK(account.stored == account.acknowledged - account.lost + account.unexpected +
                                    account.unknown_stored + account.duplicate);
    }
}

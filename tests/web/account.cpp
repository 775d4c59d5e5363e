// Goal:   the account of a web case tells rows that are lost, invented, doubled, half-written or
//         pruned apart.
// Method: made-up outcomes and tables, each with one thing wrong; no process and no database.
#include "helpers/web/account.hpp"

#include "fixtures/run/scratch_directory.hpp"

#include <catch2/catch_test_macros.hpp>

#include <fstream>

using namespace firstlock;
using namespace firstlock::web;

namespace {

std::string row(std::uint32_t sequence, std::uint32_t number = 0)
{
    return text_of(RowId{{7, sequence}, number});
}

/// Sender 7: request 0 was acknowledged with three rows, 1 was locked with three, of which two may
/// remain, 2 was not answered.
std::vector<SenderOutcomes> outcomes()
{
    return {
        {7, {{0, 3, Ending::acknowledged}, {1, 3, Ending::locked, 2}, {2, 1, Ending::unknown}}}};
}

const std::vector<std::string> acknowledged_rows{row(0, 0), row(0, 1), row(0, 2)};

std::vector<std::string> with(std::vector<std::string> rows, const std::string& more)
{
    rows.push_back(more);
    return rows;
}

} // namespace

TEST_CASE("web.an account balances when each 200 has its rows")
{
    const RowAccount account = compare(outcomes(), acknowledged_rows, {});
    CHECK(account.balances());
    CHECK(account.acknowledged == 3);
    CHECK(account.stored == 3);
}

TEST_CASE("web.an account names a row that is lost and one that nobody asked for")
{
    const RowAccount lost = compare(outcomes(), {row(0, 0), row(0, 2)}, {});
    CHECK_FALSE(lost.balances());
    CHECK(lost.lost == 1);
    CHECK(lost.lost_rows == std::vector{row(0, 1)});

    for (const std::string& strange :
         {row(9), row(0, 3), std::string("hello"), text_of(RowId{{8, 0}, 0})}) {
        const RowAccount account = compare(outcomes(), with(acknowledged_rows, strange), {});
        CHECK_FALSE(account.balances());
        CHECK(account.unexpected_rows == std::vector{strange});
    }
}

TEST_CASE("web.a lost row is not made up for by one that is unexpected")
{
    const RowAccount account = compare(outcomes(), {row(0, 0), row(0, 1), row(9)}, {});
    CHECK(account.stored == account.acknowledged);
    CHECK_FALSE(account.balances());
}

TEST_CASE("web.a row that is there twice or both pruned and there is a duplicate")
{
    CHECK(compare(outcomes(), with(acknowledged_rows, row(0, 1)), {}).duplicate == 1);
    const RowAccount resurrected = compare(outcomes(), acknowledged_rows, {row(0, 1)});
    CHECK(resurrected.duplicate == 1);
    CHECK_FALSE(resurrected.balances());
}

TEST_CASE("web.rows behind a 500 are half-written and those without an answer are unknown stored")
{
    const RowAccount account =
        compare(outcomes(), with(with(acknowledged_rows, row(1, 0)), row(2)), {});
    CHECK(account.half_written == 1);
    CHECK(account.half_written_requests == 1);
    CHECK(account.unknown_stored == 1);
    CHECK(account.lost == 0);
    CHECK(account.balances());
}

TEST_CASE("web.a row beyond what its refusal may leave behind is unexpected")
{
    const std::vector<std::string> three{row(1, 0), row(1, 1), row(1, 2)};
    const RowAccount locked = compare({{7, {{1, 3, Ending::locked, 2}}}}, three, {});
    CHECK(locked.half_written == 2);
    CHECK(locked.half_written_requests == 1);
    CHECK(locked.unexpected_rows == std::vector{row(1, 2)});
    CHECK_FALSE(locked.balances());
    for (const Ending ending : {Ending::locked, Ending::exhausted}) {
        const RowAccount refused = compare({{7, {{1, 1, ending}}}}, {row(1)}, {});
        CHECK(refused.half_written_requests == 0);
        CHECK(refused.unexpected == 1);
        CHECK(refused.unexpected_rows == std::vector{row(1)});
        CHECK_FALSE(refused.balances());
    }
}

TEST_CASE("web.a refusal may leave only the rows that its request had committed before")
{
    const auto left = [](Endpoint endpoint, const char* stage, bool is_atomic = false) {
        const Answer answer{Answer::Kind::locked, 5, stage, ""};
        return rows_before_refusal({endpoint, RequestId{7, 0}, 3}, answer, is_atomic);
    };
    CHECK(left(Endpoint::insert_many, "insert") == 2);
    CHECK(left(Endpoint::insert_many, "insert", true) == 0);
    CHECK(left(Endpoint::insert_many, "open") == 0);
    CHECK(left(Endpoint::write_read, "read") == 1);
    CHECK(left(Endpoint::write_read, "insert") == 0);
    CHECK(left(Endpoint::write_read, "read", true) == 0);
    CHECK(left(Endpoint::insert, "commit") == 0);
    CHECK(left(Endpoint::write_read_transaction, "read") == 0);
    const Answer exhausted{Answer::Kind::exhausted, 0, "pool", ""};
    CHECK(rows_before_refusal({Endpoint::insert_many, RequestId{7, 0}, 3}, exhausted, false) == 0);
}

TEST_CASE("web.a pruned row is booked as pruned and not as lost")
{
    const RowAccount account = compare(outcomes(), {row(0, 0)}, {row(0, 1), row(0, 2)});
    CHECK(account.pruned == 2);
    CHECK(account.lost == 0);
    CHECK(account.balances());
}

TEST_CASE("web.two senders with one number are refused")
{
    auto twice = outcomes();
    twice.push_back(twice.front());
    CHECK_THROWS_AS(compare(twice, {}, {}), std::logic_error);
}

TEST_CASE("web.outcomes come back from their file and one that ends early is refused")
{
    const ScratchDirectory directory;
    const auto file = directory.path() / "outcomes";
    write_outcomes(file, outcomes().front());
    const SenderOutcomes back = read_outcomes(file);
    CHECK(back.sender == 7);
    REQUIRE(back.requests.size() == 3);
    CHECK(back.requests[1].rows == 3);
    CHECK(back.requests[1].ending == Ending::locked);
    CHECK(back.requests[1].may_remain == 2);

    std::filesystem::resize_file(file,
                                 std::filesystem::file_size(file) - 6); // without its last line
    CHECK_THROWS_AS(read_outcomes(file), std::runtime_error);
    write_texts(file, {row(1), row(2)});
    CHECK(read_texts(file) == std::vector{row(1), row(2)});
    std::filesystem::resize_file(file, 20);
    CHECK_THROWS_AS(read_texts(file), std::runtime_error);
}

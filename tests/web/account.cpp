// Goal:   the account of a web case tells rows that are lost, invented, doubled, half-written or
//         pruned apart.
// Method: made-up outcomes and tables, each with one thing wrong; no process and no database, but
//         for the one whose rows another process changes between the two looks.
#include "helpers/web/account.hpp"

#include "fixtures/transactions/session.hpp"
#include "fixtures/web/cell.hpp"
#include "helpers/described/task.hpp"
#include "helpers/sqlite/sleep_recorder.hpp"
#include "helpers/web/companion.hpp"

#include <catch2/catch_test_macros.hpp>

#include <utility>

using namespace firstlock;
using namespace firstlock::web;

namespace {

std::string row(std::uint32_t sequence, std::uint32_t number = 0)
{
    return row_text({7, sequence}, number);
}

using Rows = std::vector<std::string>;

/// Sender 7: request 0 was acknowledged with three rows, 1 was locked with three, of which two may
/// remain, 2 was not answered. Another sender has deleted the rows `pruned`.
std::vector<SenderOutcomes> outcomes(const Rows& pruned = {})
{
    return {
        {7, {{0, 3, Outcome::acknowledged}, {1, 3, Outcome::locked, 2}, {2, 1, Outcome::unknown}}},
        {8, {}, pruned}};
}

/// A table, and what an account finds in it.
struct Example {
    Rows stored;
    Rows lost{}, unexpected{}, duplicate{};
    std::size_t half_written = 0, unknown_stored = 0;
    Rows pruned{};
};

void check(const Example& example)
{
    const SiteAccount account = account_of(outcomes(example.pruned), example.stored);
    CAPTURE(account.text());
    CHECK(account.acknowledged == 3);
    CHECK(account.stored == example.stored.size());
    CHECK(account.lost_rows == example.lost);
    CHECK(account.unexpected_rows == example.unexpected);
    CHECK(account.duplicate_rows == example.duplicate);
    CHECK(account.half_written == example.half_written);
    CHECK(account.half_written_requests == (example.half_written > 0 ? 1 : 0));
    CHECK(account.unknown_stored == example.unknown_stored);
    CHECK(account.pruned == example.pruned.size());
    CHECK(account.balances() ==
          (example.lost.size() + example.unexpected.size() + example.duplicate.size() == 0));
}

} // namespace

TEST_CASE("web.an account balances when each 200 has its rows")
{
    check({.stored = {row(0, 0), row(0, 1), row(0, 2)}});
}

TEST_CASE("web.an account names a row that is lost and one that nobody asked for")
{
    check({.stored = {row(0, 0), row(0, 2)}, .lost = {row(0, 1)}});
    for (const std::string& strange : {row(9), row(0, 3), row_text({8, 0}, 0)}) {
        check({.stored = {row(0, 0), row(0, 1), row(0, 2), strange}, .unexpected = {strange}});
    }
    check({.stored = {row(0, 0), row(0, 1), row(0, 2), "hello"}, .unexpected = {"'hello'"}});
}

TEST_CASE("web.a lost row is not made up for by one that is unexpected")
{
    check({.stored = {row(0, 0), row(0, 1), row(9)}, .lost = {row(0, 2)}, .unexpected = {row(9)}});
}

TEST_CASE("web.a row that is there twice or both pruned and there is a duplicate")
{
    check({.stored = {row(0, 0), row(0, 1), row(0, 2), row(0, 1)}, .duplicate = {row(0, 1)}});
    check({.stored = {row(0, 0), row(0, 1), row(0, 2)},
           .duplicate = {row(0, 1)},
           .pruned = {row(0, 1)}});
}

TEST_CASE("web.rows behind a 500 are half-written and those without an answer are unknown stored")
{
    check({.stored = {row(0, 0), row(0, 1), row(0, 2), row(1, 0), row(2)},
           .half_written = 1,
           .unknown_stored = 1});
}

TEST_CASE("web.a pruned row is booked as pruned and not as lost")
{
    check({.stored = {row(0, 0)}, .pruned = {row(0, 1), row(0, 2)}});
}

TEST_CASE("web.a row beyond what its refusal may leave behind is unexpected")
{
    const std::vector<std::string> three{row(1, 0), row(1, 1), row(1, 2)};
    const SiteAccount locked = account_of({{7, {{1, 3, Outcome::locked, 2}}}}, three);
    CHECK(locked.half_written == 2);
    CHECK(locked.half_written_requests == 1);
    CHECK(locked.unexpected_rows == std::vector{row(1, 2)});
    CHECK_FALSE(locked.balances());
    for (const Outcome outcome : {Outcome::locked, Outcome::failed}) {
        const SiteAccount refused = account_of({{7, {{1, 1, outcome}}}}, {row(1)});
        CHECK(refused.half_written_requests == 0);
        CHECK(refused.unexpected == 1);
        CHECK(refused.unexpected_rows == std::vector{row(1)});
        CHECK_FALSE(refused.balances());
    }
}

TEST_CASE("web.a refusal may leave only the rows that its request had committed before")
{
    const auto left = [](Endpoint endpoint, const char* stage, bool is_atomic = false) {
        const RequestResult locked{Result::locked, 5, stage};
        const RequestOutcome became = outcome_of({endpoint, RequestId{7, 0}, 3}, locked, is_atomic);
        CHECK(became.outcome == Outcome::locked);
        return became.may_remain;
    };
    CHECK(left(Endpoint::insert_many, "insert") == 2);
    CHECK(left(Endpoint::insert_many, "insert", true) == 0);
    CHECK(left(Endpoint::insert_many, "open") == 0);
    CHECK(left(Endpoint::write_read, "read") == 1);
    CHECK(left(Endpoint::write_read, "insert") == 0);
    CHECK(left(Endpoint::write_read, "read", true) == 0);
    CHECK(left(Endpoint::insert, "commit") == 0);
    CHECK(left(Endpoint::write_read_transaction, "read") == 0);
}

TEST_CASE("web.a request's rows become what the one rule of outcomes makes of its answer")
{
    const Request request{Endpoint::insert_many, RequestId{7, 0}, 3};
    const auto became = [&](const RequestResult& result, bool is_atomic = false) {
        return outcome_of(request, result, is_atomic);
    };
    CHECK(became({}).outcome == Outcome::acknowledged);
    CHECK(became({}).rows == 3);
    for (const Result unasked : {Result::exhausted, Result::refused}) { // SQLite never was
        CHECK(became({unasked, 0, "pool"}).outcome == Outcome::failed);
        CHECK(became({unasked, 0, "pool"}).may_remain == 0);
    }
    // A constraint leaves the rows before it, as a lock does.
    CHECK(became({Result::failed, 1811, "insert"}).outcome == Outcome::failed);
    CHECK(became({Result::failed, 1811, "insert"}).may_remain == 2);
    // An I/O error where a commit may have begun: nobody knows of any of the rows.
    CHECK(became({Result::failed, 10, "insert"}).outcome == Outcome::unknown);
    CHECK(became({Result::failed, 10, "insert"}).may_remain == 0);
    CHECK(became({Result::failed, 10, "commit"}, true).outcome == Outcome::unknown);
    CHECK(became({Result::failed, 10, "insert"}, true).outcome == Outcome::failed);
}

TEST_CASE("web.two senders with one number are refused")
{
    auto twice = outcomes();
    twice.push_back(twice.front());
    CHECK_THROWS_AS(account_of(twice, {}), std::logic_error);
}

TEST_CASE("web.a sender's outcomes come back and what ends early is refused")
{
    const SenderEnd<CompanionReport> end{{.pruned = 2}, outcomes({row(1), row(2)}).back()};
    const std::string line = json_text(end);
    CHECK(json_text(task_from<SenderEnd<CompanionReport>>(line)) == line);
    const std::string cut_off = line.substr(0, line.size() - 6);
    CHECK_THROWS_AS(task_from<SenderEnd<CompanionReport>>(cut_off), JsonError);
}

TEST_CASE_METHOD(InWal, "web.account: a row that is gone after the checkpoint is lost")
{
    if (may_wait_in_kernel()) {
        SKIP("this SQLite may wait in the kernel, and no sleep would end the wait");
    }
    static Session* holder = nullptr;
    record_sleeps([](auto...) { // by then the first look is done, and the checkpoint waits
        if (holder != nullptr) {
            std::exchange(holder, nullptr)->must("COMMIT");
        }
    });
    Session other(database());
    other.must("INSERT INTO messages(msg) VALUES ('" + row(0) + "')");
    other.must("BEGIN IMMEDIATE");
    other.must("DELETE FROM messages");
    holder = &other;
    const struct Release { // also from a case that fails
        ~Release() { holder = nullptr; }
    } release;
    const SiteTable found = read_table(database(), {{7, {{0, 1, Outcome::acknowledged}}}});
    CHECK(holder == nullptr);
    CHECK(found.account.lost_rows == std::vector{row(0)});
    CHECK_FALSE(found.account.balances());
    CHECK(found.integrity == "ok");
}

// Goal:   the one word on a trial is right for every mixture of findings.
// Method: the whole table of precedence: broken before void, void before locked, locked before
//         stored. Each finding alone has its row, and all of them together are tried in every
//         combination.
#include "helpers/rows/verdict.hpp"
#include "helpers/described/names.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>

using namespace firstlock;

namespace {

/// Five writers, all rows stored; cases take something away from that.
Verdict with(void (*change)(Evidence&))
{
    Evidence evidence;
    evidence.writers = evidence.acknowledged = 5;
    change(evidence);
    return judge(evidence);
}

void lock_one(Evidence& evidence)
{
    --evidence.acknowledged;
    ++evidence.locked;
}

void lose_sight_of_one(Evidence& evidence)
{
    --evidence.acknowledged;
    ++evidence.unknown;
}

} // namespace

TEST_CASE("harness.verdict: failed and unknown rows and broken protocols are void")
{
    CHECK(with([](Evidence& evidence) { --evidence.acknowledged, ++evidence.failed; }) ==
          Verdict::void_);
    CHECK(with(lose_sight_of_one) == Verdict::void_);
    CHECK(with([](Evidence& evidence) { evidence.flaw = "a second report"; }) == Verdict::void_);
    CHECK(with([](Evidence& evidence) { --evidence.acknowledged; }) == Verdict::void_);
    CHECK(judge({}) == Verdict::void_); // no writer, no evidence
}

TEST_CASE(
    "harness.verdict: a stop at the first locked writer excuses unknown rows and nothing else")
{
    const auto stopped = [](void (*change)(Evidence&)) {
        Evidence evidence;
        evidence.writers = 5;
        evidence.acknowledged = 4;
        evidence.unknown = evidence.stopped = 1;
        change(evidence);
        return judge(evidence);
    };
    CHECK(stopped(lock_one) == Verdict::locked);
    CHECK(stopped([](Evidence&) {}) == Verdict::void_); // nobody was locked: then who stopped it?
    CHECK(stopped([](Evidence& evidence) { lock_one(evidence), ++evidence.failed; }) ==
          Verdict::void_);
    CHECK(stopped([](Evidence& evidence) { lock_one(evidence), lose_sight_of_one(evidence); }) ==
          Verdict::void_); // one that had died before
    CHECK(stopped([](Evidence& evidence) { lock_one(evidence), evidence.lost = 1; }) ==
          Verdict::broken);
}

TEST_CASE("harness.verdict: broken comes before void and void before locked in every combination")
{
    for (unsigned bits = 0; bits < 1U << 8U; ++bits) {
        const auto has = [&](unsigned bit) { return (bits >> bit & 1U) != 0; };
        CAPTURE(bits);
        Evidence evidence;
        evidence.writers = evidence.acknowledged = 10;
        evidence.lost = has(0) ? 1 : 0;
        evidence.unexpected = has(1) ? 1 : 0;
        evidence.duplicate = has(2) ? 1 : 0;
        evidence.integrity = has(3) ? "not ok" : "ok";
        evidence.failed = has(4) ? 1 : 0;
        evidence.unknown = has(5) ? 1 : 0;
        evidence.flaw = has(6) ? "not ready" : "";
        evidence.locked = has(7) ? 1 : 0;
        evidence.acknowledged -= evidence.failed + evidence.unknown + evidence.locked;

        const Verdict expected = (bits & 0x0fU) != 0   ? Verdict::broken
                                 : (bits & 0x70U) != 0 ? Verdict::void_
                                 : has(7)              ? Verdict::locked
                                                       : Verdict::stored;
        CHECK(judge(evidence) == expected);
    }
}

TEST_CASE("harness.verdict: the words are those of the results")
{
    CHECK(name_of(Verdict::stored) == "stored");
    CHECK(name_of(Verdict::locked) == "locked");
    CHECK(name_of(Verdict::broken) == "broken");
    CHECK(name_of(Verdict::void_) == "void");
}

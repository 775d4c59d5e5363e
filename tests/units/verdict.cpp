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

/// Of five writers; nothing is wrong with the table.
Evidence five(const OutcomeCounts& outcomes, std::size_t stopped = 0)
{
    return {outcomes, {}, 5, "ok", stopped, {}};
}

} // namespace

TEST_CASE("harness.verdict: failed and unknown rows and broken protocols are void")
{
    CHECK(judge(five({.acknowledged = 4, .failed = 1})) == Verdict::void_);
    CHECK(judge(five({.acknowledged = 4, .unknown = 1})) == Verdict::void_);
    CHECK(judge(five({.acknowledged = 4})) == Verdict::void_);
    CHECK(judge({}) == Verdict::void_); // no writer, no evidence
    Evidence flawed = five({.acknowledged = 5});
    flawed.flaw = "a second report";
    CHECK(judge(flawed) == Verdict::void_);
}

TEST_CASE(
    "harness.verdict: a stop at the first locked writer excuses unknown rows and nothing else")
{
    CHECK(judge(five({.acknowledged = 3, .locked = 1, .unknown = 1}, 1)) == Verdict::locked);
    // Nobody was locked: then who stopped it?
    CHECK(judge(five({.acknowledged = 4, .unknown = 1}, 1)) == Verdict::void_);
    CHECK(judge(five({.acknowledged = 2, .locked = 1, .failed = 1, .unknown = 1}, 1)) ==
          Verdict::void_);
    // One of them had died before.
    CHECK(judge(five({.acknowledged = 2, .locked = 1, .unknown = 2}, 1)) == Verdict::void_);
    Evidence broken = five({.acknowledged = 3, .locked = 1, .unknown = 1}, 1);
    broken.lost = 1;
    CHECK(judge(broken) == Verdict::broken);
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

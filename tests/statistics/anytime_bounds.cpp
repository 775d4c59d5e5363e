// Goal:   the bounds that go with a promise hold whenever one looks.
// Method: simulated promises looked at after each trial, the worst look counting; seeds are fixed.
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <random>

#include "helpers/statistics/intervals.hpp"
#include "helpers/statistics/sequential_test.hpp"

using namespace firstlock;

namespace {

constexpr PromiseTerms terms{.tolerated = 0.02, .refuted = 0.10, .confidence = 0.95};

bool locks(double p, std::mt19937_64& random)
{
    return static_cast<double>(random() >> 11) * 0x1p-53 < p;
}

} // namespace

TEST_CASE("statistics.the bounds of a promise hold at the worst moment to look",
          "[statistics][quick]")
{
    // Looking after each of 400 trials breaks bounds for a fixed number in far more than 5 % of
    // runs.
    const double p = GENERATE(0.0, 0.01, 0.1, 0.5, 0.97);
    CAPTURE(p);
    std::mt19937_64 random(21);
    int wrong_ever = 0;
    int wrong_at_stop = 0;
    constexpr int looks = 400;
    for (int run = 0; run < looks; ++run) {
        SequentialTest test(terms);
        bool is_wrong = false;
        bool has_stopped = false;
        for (int trial = 0; trial < 400; ++trial) {
            test.tell(locks(p, random));
            const Interval bounds = test.bounds();
            const bool is_outside = p < bounds.low || p > bounds.high;
            is_wrong = is_wrong || is_outside;
            if (!has_stopped && test.verdict() != PromiseVerdict::undecided) {
                has_stopped = true;
                wrong_at_stop += is_outside ? 1 : 0;
            }
        }
        wrong_ever += is_wrong ? 1 : 0;
    }
    CHECK(wrong_at_stop <= looks / 20);
    CHECK(wrong_ever <= looks / 20 + 13); // three standard errors: 5 % is allowed, not a surplus
}

TEST_CASE("statistics.anytime bounds are no tighter than a look that was fixed beforehand",
          "[statistics][quick]")
{
    // One-sided bounds of 95 %, which are 5 % of error put on one side: no valid interval can beat
    // both.
    const int trials = GENERATE(1, 7, 41, 300, 100'000);
    for (const int locked : {0, trials / 14, trials / 2, trials}) {
        CAPTURE(locked, trials);
        const Interval anytime = anytime_bounds(locked, trials);
        CHECK(anytime.low <= clopper_pearson(locked, trials, 0.90).low);
        CHECK(anytime.high >= upper_bound(locked, trials));
    }
    CHECK(anytime_bounds(0, 300).high < 0.0125);
    CHECK(anytime_bounds(0, 0).high == 1);
}

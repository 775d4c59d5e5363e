// Goal:   a promise is decided, in either direction, with the error rates it names, and its bounds
//         hold whenever one looks.
// Method: 2,000 simulated promises at each truth, decided by the first verdict; then bounds looked
//         at after each trial, the worst look counting. Seeds are fixed.
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>
#include <cmath>
#include <map>
#include <random>
#include <stdexcept>
#include <utility>

#include "helpers/described/names.hpp"
#include "helpers/statistics/sequential_test.hpp"
#include "tests/statistics/simulated_setup.hpp"

using Catch::Matchers::Message;
using Catch::Matchers::WithinRel;
using namespace firstlock;
using simulated::locks;

namespace {

constexpr PromiseTerms terms{.tolerated = 0.02, .refuted = 0.10, .confidence = 0.95};
constexpr int runs = 2000;

/// How many of the runs end in `verdict` when P(lock) is `p`.
int count(PromiseVerdict verdict, double p)
{
    std::mt19937_64 random(20);
    int found = 0;
    for (int run = 0; run < runs; ++run) {
        SequentialTest test(terms);
        while (test.verdict() == PromiseVerdict::undecided) {
            test.tell(locks(p, random));
        }
        found += test.verdict() == verdict ? 1 : 0;
    }
    return found;
}

} // namespace

TEST_CASE("statistics.a promise that is kept is called broken in at most 5 % of runs")
{
    CHECK(count(PromiseVerdict::broken, terms.tolerated) <= runs / 20);
    CHECK(count(PromiseVerdict::kept, 0) == runs);
}

TEST_CASE("statistics.a promise that is broken is called kept in at most 5 % of runs")
{
    CHECK(count(PromiseVerdict::kept, terms.refuted) <= runs / 20);
    CHECK(count(PromiseVerdict::broken, 1) == runs);
}

TEST_CASE("statistics.at most 1 % takes 299 clean trials")
{
    SequentialTest test({.tolerated = 0, .refuted = 0.01, .confidence = 0.95});
    const int needed = test.clean_trials_needed();
    CHECK(needed == 299);
    for (int trial = 1; trial < needed; ++trial) {
        test.tell(false);
    }
    CHECK(test.verdict() == PromiseVerdict::undecided);
    CHECK(test.clean_trials_needed() == 1);
    test.tell(false);
    CHECK(test.verdict() == PromiseVerdict::kept);
    CHECK(test.clean_trials_needed() == 0);
}

TEST_CASE("statistics.one lock breaks a promise that tolerates none")
{
    SequentialTest test({.tolerated = 0, .refuted = 0.01, .confidence = 0.95});
    test.tell(true);
    CHECK(test.verdict() == PromiseVerdict::broken);
}

TEST_CASE("statistics.the first verdict on a promise stands")
{
    SequentialTest test(terms);
    test.tell(true);
    test.tell(true);
    REQUIRE(test.verdict() == PromiseVerdict::broken);
    for (int trial = 0; trial < 1000; ++trial) {
        test.tell(false); // enough to call it kept, had it not been called broken
    }
    CHECK(name_of(test.verdict()) == "broken");
    CHECK(test.seen().trials == 1002);
}

TEST_CASE("statistics.terms of a promise that make no sense are refused by name")
{
    CHECK_THROWS_MATCHES(
        SequentialTest({.tolerated = 0.1, .refuted = 0.1, .confidence = 0.95}),
        std::invalid_argument,
        Message("promise: refuted is 0.100000; accepted: above tolerated, 0.100000, and below 1"));
    CHECK_THROWS_AS(SequentialTest({-0.1, 0.1, 0.95}), std::invalid_argument);
    CHECK_THROWS_AS(SequentialTest({0.1, 1, 0.95}), std::invalid_argument);
    CHECK_THROWS_AS(SequentialTest({0.1, 0.2, 1}), std::invalid_argument);
    CHECK_THROWS_AS(anytime_bounds({2, 1}), std::invalid_argument);
}

TEST_CASE("statistics.the bounds of a promise hold at the worst moment to look")
{
    // Looking after each of 400 trials breaks bounds for a fixed number in far more than 5 % of
    // runs.
    const double p = GENERATE(0.0, 0.01, 0.1, 0.5, 0.97);
    CAPTURE(p);
    std::mt19937_64 random(21);
    int wrong_ever = 0;
    int wrong_at_stop = 0;
    constexpr int looks = 400;
    // The bounds are a function of what was seen, which is the same in many of the 160,000 looks.
    std::map<std::pair<int, int>, Interval> known;
    for (int run = 0; run < looks; ++run) {
        SequentialTest test(terms);
        bool is_wrong = false;
        bool has_stopped = false;
        for (int trial = 0; trial < 400; ++trial) {
            test.tell(locks(p, random));
            const auto [bounds, is_new] = known.try_emplace({test.seen().locked, trial});
            if (is_new) {
                bounds->second = test.bounds();
            }
            const bool is_outside = p < bounds->second.low || p > bounds->second.high;
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

TEST_CASE("statistics.anytime bounds are no tighter than a look that was fixed beforehand")
{
    // One-sided bounds of 95 %, which are 5 % of error put on one side: no valid interval can beat
    // both.
    const int trials = GENERATE(1, 7, 41, 300, 100'000);
    for (const int locked : {0, trials / 14, trials / 2, trials}) {
        CAPTURE(locked, trials);
        const Tally seen{locked, trials};
        const Interval anytime = anytime_bounds(seen);
        CHECK(anytime.low <= clopper_pearson(seen, 0.90).low);
        CHECK(anytime.high >= upper_bound(seen));
    }
    CHECK(anytime_bounds({0, 300}).high < 0.0125);
    CHECK(anytime_bounds({0, 0}).high == 1);
}

TEST_CASE("statistics.at an anytime bound the mixture is twenty times as likely as the bound")
{
    // Half Jeffreys' prior, p = sin(x)^2 with x spread evenly, and half P = 0; by Simpson's rule.
    const auto mixture = [](Tally seen) {
        constexpr int steps = 20'000;
        const double width = std::acos(0.0) / steps;
        double sum = 0;
        for (int step = 0; step <= steps; ++step) {
            const double x = step * width;
            const double weight = step == 0 || step == steps ? 1 : step % 2 == 1 ? 4 : 2;
            sum += weight * std::pow(std::sin(x), 2 * seen.locked) *
                   std::pow(std::cos(x), 2 * seen.clean());
        }
        return sum / (6 * steps) + (seen.locked == 0 ? 0.5 : 0);
    };
    for (const Tally seen : {Tally{0, 10}, Tally{3, 20}, Tally{19, 20}, Tally{50, 100}}) {
        CAPTURE(seen.locked, seen.trials);
        const auto capital_at = [&](double p) {
            return mixture(seen) / (std::pow(p, seen.locked) * std::pow(1 - p, seen.clean()));
        };
        const Interval bounds = anytime_bounds(seen);
        CHECK_THAT(capital_at(bounds.high), WithinRel(20.0, 1e-6));
        if (seen.locked > 0) {
            CHECK_THAT(capital_at(bounds.low), WithinRel(20.0, 1e-6));
        }
    }
}

// Goal:   a promise is decided, in either direction, with the error rates it names.
// Method: 2,000 simulated promises at each truth, decided by the first verdict; seeds are fixed.
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <random>
#include <stdexcept>

#include "helpers/statistics/sequential_test.hpp"

using Catch::Matchers::Message;
using namespace firstlock;

namespace {

constexpr PromiseTerms terms{.tolerated = 0.02, .refuted = 0.10, .confidence = 0.95};
constexpr int runs = 2000;

bool locks(double p, std::mt19937_64& random)
{
    return static_cast<double>(random() >> 11) * 0x1p-53 < p;
}

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

TEST_CASE("statistics.a promise that is kept is called broken in at most 5 % of runs",
          "[statistics][quick]")
{
    CHECK(count(PromiseVerdict::broken, terms.tolerated) <= runs / 20);
    CHECK(count(PromiseVerdict::kept, 0) == runs);
}

TEST_CASE("statistics.a promise that is broken is called kept in at most 5 % of runs",
          "[statistics][quick]")
{
    CHECK(count(PromiseVerdict::kept, terms.refuted) <= runs / 20);
    CHECK(count(PromiseVerdict::broken, 1) == runs);
}

TEST_CASE("statistics.at most 1 % takes 299 clean trials", "[statistics][quick]")
{
    const PromiseTerms none{.tolerated = 0, .refuted = 0.01, .confidence = 0.95};
    const int needed = clean_trials_needed(none);
    CHECK(needed == 299);

    SequentialTest test(none);
    for (int trial = 1; trial < needed; ++trial) {
        test.tell(false);
    }
    CHECK(test.verdict() == PromiseVerdict::undecided);
    CHECK(test.clean_trials_needed() == 1);
    test.tell(false);
    CHECK(test.verdict() == PromiseVerdict::kept);
    CHECK(test.clean_trials_needed() == 0);
}

TEST_CASE("statistics.one lock breaks a promise that tolerates none", "[statistics][quick]")
{
    SequentialTest test({.tolerated = 0, .refuted = 0.01, .confidence = 0.95});
    test.tell(true);
    CHECK(test.verdict() == PromiseVerdict::broken);
}

TEST_CASE("statistics.the first verdict on a promise stands", "[statistics][quick]")
{
    SequentialTest test(terms);
    test.tell(true);
    test.tell(true);
    REQUIRE(test.verdict() == PromiseVerdict::broken);
    for (int trial = 0; trial < 1000; ++trial) {
        test.tell(false); // enough to call it kept, had it not been called broken
    }
    CHECK(name(test.verdict()) == "broken");
    CHECK(test.trials() == 1002);
}

TEST_CASE("statistics.terms of a promise that make no sense are refused by name",
          "[statistics][quick]")
{
    CHECK_THROWS_MATCHES(
        SequentialTest({.tolerated = 0.1, .refuted = 0.1, .confidence = 0.95}),
        std::invalid_argument,
        Message("promise: refuted is 0.100000; accepted: above tolerated and below 1"));
    CHECK_THROWS_AS(SequentialTest({-0.1, 0.1, 0.95}), std::invalid_argument);
    CHECK_THROWS_AS(SequentialTest({0.1, 1, 0.95}), std::invalid_argument);
    CHECK_THROWS_AS(SequentialTest({0.1, 0.2, 1}), std::invalid_argument);
    CHECK_THROWS_AS(anytime_bounds(2, 1), std::invalid_argument);
}

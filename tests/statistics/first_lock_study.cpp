// Goal:   what a search reports of curves with a known truth is honest, and strong.
// Method: 200 runs of each simulated set-up with fixed seeds, at three budgets, beside plain
//         doubling and bisection and an up-and-down staircase. It prints the figures.
#include <catch2/catch_test_macros.hpp>

#include "helpers/statistics/first_lock_search.hpp"
#include "tests/statistics/rivals.hpp"
#include "tests/statistics/study.hpp"

using namespace firstlock;
using namespace firstlock::simulated;

namespace {

constexpr int repetitions = 200;
constexpr std::uint64_t seed = 1;

/// What holds at any budget.
void check_honesty(const Setup& setup, const Figures& found)
{
    CHECK(found.above_locked == 0);
    CHECK(found.dishonest <= repetitions / 20);
    if (setup.is_monotone) {
        CHECK(found.covered >= repetitions * 9 / 10);
        CHECK(found.monotone >= repetitions * 19 / 20);
    }
    if (setup.shape == "all-zero") {
        CHECK(found.outside_above == repetitions);
    }
    if (setup.shape == "all-one") {
        CHECK(found.outside_below == repetitions);
    }
}

/// What takes a budget of a minute or more.
void check_power(const Setup& setup, const Figures& found, const SearchLimits& limits)
{
    CHECK(found.holds >= 0.5 * oracle_holds(setup, limits));
    // An oracle in a hurry stops at the 59 clean trials that bound P(lock) by 5 % where nothing had
    // to be found out, and so reports a larger M on a shallow curve.
    CHECK(found.holds >= 0.25 * oracle_holds(setup, limits, 59));
    if (oracle_holds(setup, limits, 59) > 0) {
        CHECK(found.p_high <= 0.0501);
    }
}

/// Studies and prints each shape; what a search reports has to be honest, and to pass `check_also`.
template <class Check>
void study_each_shape(const SearchLimits& limits, const Check& check_also)
{
    print_heading(limits);
    for (const Setup& setup : setups()) {
        CAPTURE(setup.shape);
        const Figures found = study<FirstLockSearch>(setup, limits, repetitions, seed);
        print_row(setup, "search", found, limits);
        print_row(setup, "plain", study<PlainBisection>(setup, limits, repetitions, seed), limits);
        print_row(setup, "staircase", study<Staircase>(setup, limits, repetitions, seed), limits);
        check_honesty(setup, found);
        check_also(setup, found);
    }
}

} // namespace

TEST_CASE("statistics.a search of 10 seconds is honest on each shape", "[statistics][quick]")
{
    study_each_shape({.writers_max = 256, .trials_max = 5000, .budget_s = 10},
                     [](const Setup&, const Figures&) {});
}

TEST_CASE("statistics.a search of 60 seconds is honest and half as strong as an oracle",
          "[statistics][quick]")
{
    const SearchLimits limits{.writers_max = 1000, .trials_max = 5000, .budget_s = 60};
    study_each_shape(limits, [&](const Setup& setup, const Figures& found) {
        check_power(setup, found, limits);
    });
}

TEST_CASE("statistics.a search of 300 seconds also sees that a curve falls again",
          "[statistics][quick]")
{
    const SearchLimits limits{.writers_max = 1000, .trials_max = 5000, .budget_s = 300};
    study_each_shape(limits, [&](const Setup& setup, const Figures& found) {
        check_power(setup, found, limits);
        if (!setup.is_monotone) {
            CHECK(found.monotone <= repetitions / 5);
        }
    });
}

// Goal:   a search keeps its limits, works in tiny ranges and refuses what cannot be.
// Method: simulated set-ups (simulated_setup.hpp) with limits at their edges.
#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <limits>
#include <stdexcept>

#include "helpers/statistics/first_lock_search.hpp"
#include "tests/statistics/simulated_setup.hpp"

using Catch::Matchers::Message;
using namespace firstlock;
using namespace firstlock::simulated;
using Place = WritersOrOutside::Place;

TEST_CASE("statistics.ranges of 1 and 2 and 5 writers are searched to the end")
{
    const int writers_max = GENERATE(1, 2, 5);
    const int locks_from = GENERATE(1, 2, 3, 5, 6);
    CAPTURE(writers_max, locks_from);
    FirstLockSearch search({.writers_max = writers_max, .trials_max = 3000, .budget_s = 1000});
    run(search, {.lock_probability = [=](int m) { return m >= locks_from ? 1.0 : 0.0; }});

    const FirstLock found = search.result();

    CHECK(found.stopped_because == "decided");
    CHECK(found.monotone);
    const int holds = std::min(locks_from - 1, writers_max);
    CHECK(found.holds.value_or(0) == holds);
    CHECK(found.first_lock.has_value() == (locks_from <= writers_max));
    if (locks_from == 1) {
        CHECK(found.m50.place == Place::below);
        CHECK(found.m50_high.place == Place::below);
    } else if (locks_from > writers_max) {
        CHECK(found.m50.place == Place::above);
        CHECK(found.m50_low.place == Place::above);
    } else {
        CHECK(found.first_lock == locks_from);
        CHECK(found.m50.place == Place::inside);
        CHECK(found.m50_low.writers <= locks_from);
        CHECK(found.m50_high.writers >= locks_from);
    }
}

TEST_CASE("statistics.the trial that crosses the budget is the last")
{
    const Setup setup = setups().at(1);
    for (const double budget_s : {0.001, 10.0, 60.0}) {
        CAPTURE(budget_s);
        FirstLockSearch search({.writers_max = 1000, .trials_max = 5000, .budget_s = budget_s});
        CHECK(seconds_of(run(search, setup)) <= budget_s + setup.timeout_s + clean_cost_s(1000));
        CHECK(search.result().stopped_because == "budget");
    }
}

TEST_CASE("statistics.no more trials are asked for than allowed")
{
    const int trials_max = GENERATE(1, 9, 40, 200);
    const Setup setup = GENERATE(from_range(setups()));
    CAPTURE(trials_max, setup.shape);
    FirstLockSearch search({.writers_max = 1000, .trials_max = trials_max, .budget_s = 10'000});
    run(search, setup);
    CHECK(search.result().trials <= trials_max);
    if (setup.shape == "all-zero") {
        CHECK(search.result().stopped_because == "trials");
    }
}

TEST_CASE("statistics.limits that make no sense are refused by name")
{
    CHECK_THROWS_MATCHES(FirstLockSearch({.writers_max = 0, .trials_max = 1, .budget_s = 1}),
                         std::invalid_argument,
                         Message("writers_max is 0; accepted: 1 to 1000000000"));
    CHECK_THROWS_MATCHES(FirstLockSearch({.writers_max = 1, .trials_max = 0, .budget_s = 1}),
                         std::invalid_argument, Message("trials_max is 0; accepted: 1 or more"));
    const double endless = std::numeric_limits<double>::infinity();
    for (const double budget_s : {0.0, -1.0, endless, endless - endless}) {
        CHECK_THROWS_AS(FirstLockSearch({.writers_max = 1, .trials_max = 1, .budget_s = budget_s}),
                        std::invalid_argument);
    }
}

TEST_CASE("statistics.an answer that cannot be is refused and changes nothing")
{
    FirstLockSearch search({.writers_max = 10, .trials_max = 5, .budget_s = 60});
    CHECK_THROWS_MATCHES(search.tell({.writers = 11}), std::invalid_argument,
                         Message("the answer's writers is 11; accepted: 1 to 10"));
    CHECK_THROWS_AS(search.tell({.writers = 0}), std::invalid_argument);
    CHECK_THROWS_AS(search.tell({.writers = 2, .locked_writers = 3}), std::invalid_argument);
    CHECK_THROWS_AS(search.tell({.writers = 2, .seconds = -1}), std::invalid_argument);
    CHECK(search.result().levels.empty());
    CHECK(search.next_writers() == 1);
    CHECK(search.result().stopped_because == "not stopped");
}

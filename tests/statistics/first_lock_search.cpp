// Goal:   a first-lock search keeps its limits and its rules, whatever it is told.
// Method: answers scripted, or of a simulated set-up (simulated_setup.hpp).
#include "helpers/statistics/first_lock_search.hpp"
#include "tests/statistics/simulated_setup.hpp"

#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>

#include <algorithm>
#include <set>

using namespace firstlock;
using namespace firstlock::simulated;
using Catch::Approx;
using Catch::Matchers::Message;

namespace {

constexpr SearchLimits deep{
    .writers_max = 1000, .trials_max = 5000, .budget_s = 60, .seed = 1, .timeout_ms = 5000};

SearchLimits about(const Setup& setup, SearchLimits limits = deep)
{
    limits.timeout_ms = setup.timeout_ms;
    return limits;
}

} // namespace

TEST_CASE("statistics.a search keeps its budget and its number of trials")
{
    const Setup setup = GENERATE(from_range(setups()));
    const int trials_max = GENERATE(1, 9, 5000);
    const double budget_s = GENERATE(0.001, 10.0);
    CAPTURE(setup.shape, trials_max, budget_s);
    SearchLimits limits = about(setup);
    limits.trials_max = trials_max;
    limits.budget_s = budget_s;
    FirstLockSearch search(limits);
    const auto told = run(search, setup);
    CHECK(static_cast<int>(told.size()) <= trials_max);
    CHECK_FALSE(told.empty());
    CHECK(seconds_of(told) - told.back().seconds < budget_s); // what crosses it is the last
    CHECK(search.seen().stopped_because != "not stopped");
}

TEST_CASE("statistics.ranges of a few writers are searched too")
{
    SearchLimits limits = deep;
    limits.writers_max = GENERATE(1, 2, 3, 5);
    limits.trials_max = 60;
    FirstLockSearch search(limits);
    const Setup setup{.median_ms = power(300, 10, 1.4)};
    int largest = 0;
    for (const TrialAnswer& told : run(search, setup)) {
        CHECK(told.writers >= 1);
        largest = std::max(largest, told.writers);
    }
    CHECK(largest == limits.writers_max);
    CHECK(search.seen().holds == limits.writers_max);
}

TEST_CASE("statistics.only what ran under the timeout itself is reported as seen")
{
    const Setup setup = setups().at(0);
    FirstLockSearch search(deep);
    const auto told = run(search, setup);
    const FirstLock found = search.result();
    int trials = 0, locked = 0, first_lock = 1001, ample = 0;
    for (const TrialAnswer& answer : told) {
        trials += answer.is_ample ? 0 : 1;
        ample += answer.is_ample ? 1 : 0;
        if (!answer.is_ample && answer.locked_writers > 0) {
            ++locked;
            first_lock = std::min(first_lock, answer.writers);
        }
    }
    REQUIRE(ample >= 4);
    CHECK(found.ample_trials == ample);
    CHECK(found.trials == trials);
    CHECK(found.trials_locked == locked);
    CHECK(found.first_lock.value_or(1001) == first_lock);
    CHECK(found.holds.value() < first_lock);
    int at_levels = 0;
    for (const Level& level : found.levels) {
        at_levels += level.trials;
        CHECK((level.locked == 0 || level.writers > *found.holds));
    }
    CHECK(at_levels == trials);
}

TEST_CASE("statistics.levels are tried in blocks whose order is drawn")
{
    FirstLockSearch search(deep);
    const auto told = run(search, setups().at(4)); // far away: nothing but blocks after the scan
    std::set<std::vector<int>> orders;
    for (std::size_t at = 9; at + 5 <= told.size(); at += 5) {
        std::vector<int> order;
        for (std::size_t each = at; each < at + 5; ++each) {
            order.push_back(told[each].writers);
        }
        orders.insert(order);
        std::sort(order.begin(), order.end());
        CHECK(order == std::vector<int>{10, 32, 100, 316, 1000});
    }
    CHECK(orders.size() >= 5);
}

TEST_CASE("statistics.what holds is bounded once there are trials enough for all levels together")
{
    SearchLimits limits = deep;
    limits.writers_max = 8;
    FirstLockSearch search(limits);
    for (int trial = 0; trial < 30; ++trial) {
        search.witness({.writers = trial < 10 ? 4 : 8, .waited_ms = 10});
        const FirstLock seen = search.seen();
        const int at_eight = std::max(0, trial - 9);
        CHECK(seen.holds == (at_eight > 0 ? 8 : 4));
        // 0.025^(1/n) is above 0.8 up to n = 16.
        REQUIRE(seen.holds_p_high.has_value() == (at_eight >= 17));
    }
    CHECK(*search.seen().holds_p_high == Approx(1 - std::pow(0.025, 1.0 / 20)));
    search.witness({.writers = 4, .locked_writers = 1, .waited_ms = 5000, .is_censored = true});
    CHECK_FALSE(search.seen().holds);
    CHECK(search.seen().first_lock == 4);
    CHECK(search.seen().seconds_left == 60); // witnesses cost nothing
}

TEST_CASE("statistics.nobody who does not wait is asked more than a handful of times")
{
    Setup setup = setups().back();
    setup.refused_at_once = GENERATE(0.0, 1.0);
    setup.timeout_ms = setup.refused_at_once > 0 ? 5000 : 0;
    FirstLockSearch search(about(setup));
    CHECK(run(search, setup).size() <= 8);
    CHECK(search.result().stopped_because == "does not wait");
    CHECK(search.result().curve->shape == CurveShape::does_not_wait);
}

TEST_CASE("statistics.void trials are no evidence and a run of them ends the search there")
{
    const int first_void = GENERATE(2, 16);
    FirstLockSearch search(deep);
    while (const auto question = search.next()) {
        const bool is_void = question->writers == first_void;
        search.tell({.writers = question->writers,
                     .locked_writers = is_void ? 1 : 0,
                     .is_void = is_void,
                     .seconds = 0.1,
                     .waited_ms = 1});
    }
    const FirstLock found = search.seen();
    CHECK(found.stopped_because ==
          "too many void trials: 5 in a row with " + std::to_string(first_void) + " writers");
    CHECK(found.holds == (first_void == 16 ? std::optional(8) : std::nullopt));
    CHECK_FALSE(found.first_lock);
    CHECK(found.levels.back().void_trials == 5);
    CHECK(found.levels.back().trials == 0);
}

TEST_CASE("statistics.a search that is told earlier answers goes on where it stopped")
{
    const Setup setup = setups().at(1);
    FirstLockSearch whole(deep), resumed(deep);
    const std::vector<TrialAnswer> told = run(whole, setup);
    for (const TrialAnswer& answer : told) {
        REQUIRE(resumed.next());
        CHECK(resumed.next()->writers == answer.writers);
        CHECK(resumed.next()->is_ample == answer.is_ample);
        CHECK(resumed.next()->timeout_ms == (answer.is_ample ? 10'028 : 5000));
        resumed.tell(answer);
    }
    CHECK_FALSE(resumed.next());
}

TEST_CASE("statistics.limits and answers that make no sense are refused by name")
{
    const auto refused = [](SearchLimits limits) { FirstLockSearch search(limits); };
    CHECK_THROWS_MATCHES(refused({.writers_max = 0, .trials_max = 1, .budget_s = 1}),
                         std::invalid_argument,
                         Message("writers_max is 0; accepted: 1 to 1000000000"));
    CHECK_THROWS_MATCHES(refused({.writers_max = 1, .trials_max = 0, .budget_s = 1}),
                         std::invalid_argument, Message("trials_max is 0; accepted: 1 or more"));
    CHECK_THROWS_AS(refused({.writers_max = 1, .trials_max = 1, .budget_s = 0}),
                    std::invalid_argument);
    CHECK_THROWS_AS(refused({.writers_max = 1, .trials_max = 1, .budget_s = 1, .timeout_ms = -1}),
                    std::invalid_argument);
    FirstLockSearch search(deep);
    CHECK_THROWS_MATCHES(search.tell({.writers = 1001}), std::invalid_argument,
                         Message("the answer's writers is 1001; accepted: 1 to 1000"));
    CHECK_THROWS_AS(search.tell({.writers = 2, .locked_writers = 3}), std::invalid_argument);
    CHECK_THROWS_AS(search.tell({.writers = 2, .seconds = -1}), std::invalid_argument);
    CHECK_THROWS_AS(search.witness({.writers = 2, .waited_ms = -1}), std::invalid_argument);
    CHECK(search.seen().levels.empty());
    CHECK(search.next()->writers == 2);
}

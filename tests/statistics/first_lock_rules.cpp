// Goal:   the rules of a first-lock search hold whatever it is told.
// Method: answers scripted or drawn from a simulated set-up (simulated_setup.hpp).
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "helpers/statistics/first_lock_search.hpp"
#include "tests/statistics/simulated_setup.hpp"

using namespace firstlock;
using namespace firstlock::simulated;

static constexpr SearchLimits deep{
    .writers_max = 1000, .trials_max = 5000, .budget_s = 300, .seed = 1};

TEST_CASE("statistics.a lock at 100 is found and said to fall although 1000 passes")
{
    const Setup setup{.lock_probability = [](int m) { return m >= 70 && m <= 300 ? 0.5 : 0.0; }};
    FirstLockSearch search(deep);
    run(search, setup);

    const FirstLock found = search.result();

    REQUIRE(found.first_lock);
    CHECK(*found.first_lock >= 70);
    CHECK(*found.first_lock <= 100);
    CHECK_FALSE(found.monotone);
    CHECK(found.levels.back().writers == 1000);
    CHECK(found.levels.back().locked == 0);
    CHECK(*found.holds < *found.first_lock);
}

TEST_CASE("statistics.a confirmation that locks moves holds below it")
{
    FirstLockSearch search({.writers_max = 64, .trials_max = 500, .budget_s = 1000});
    int asked = 0;
    int last = 0;
    while (last != 64 || asked < 20) { // 64 never locked so far and is being confirmed
        REQUIRE(search.next_writers());
        last = *search.next_writers();
        asked += last == 64 ? 1 : 0;
        search.tell({.writers = last, .seconds = 0.1});
    }
    CHECK(search.result().holds == 64);
    search.tell({.writers = 64, .locked_writers = 1, .seconds = 5});
    CHECK(search.result().first_lock == 64);
    CHECK(*search.result().holds < 64);

    // And from an M nobody asked for.
    search.tell({.writers = 3, .locked_writers = 1, .seconds = 5});
    CHECK(search.result().first_lock == 3);
    CHECK(*search.result().holds < 3);
}

TEST_CASE("statistics.trials that led to an M do not vouch for it")
{
    FirstLockSearch search({.writers_max = 1, .trials_max = 500, .budget_s = 1000});
    for (int trial = 0; trial < 5; ++trial) {
        search.tell({.writers = 1, .seconds = 0.1}); // scan and patrol, which make 1 a candidate
    }
    CHECK(search.result().holds == 1);
    CHECK(search.result().holds_p_high == 1);
    search.tell({.writers = 1, .seconds = 0.1}); // the first that was asked for to confirm it
    CHECK(*search.result().holds_p_high < 0.98);
    run(search, {.lock_probability = [](int) { return 0.0; }});
    CHECK(*search.result().holds_p_high <= 0.01);
}

TEST_CASE("statistics.void trials are no evidence and a run of them ends the search there")
{
    const int first_void = GENERATE(1, 16);
    FirstLockSearch search(deep);
    while (const auto writers = search.next_writers()) {
        const bool is_void = *writers == first_void;
        search.tell({.writers = *writers,
                     .locked_writers = is_void ? 1 : 0,
                     .is_void = is_void,
                     .seconds = is_void ? 0 : 0.1});
    }
    const FirstLock found = search.result();
    CHECK(found.stopped_because ==
          "too many void trials: 5 in a row with " + std::to_string(first_void) + " writers");
    CHECK(found.holds == (first_void == 16 ? std::optional(8) : std::nullopt));
    CHECK_FALSE(found.first_lock);
    CHECK(found.trials == (first_void == 16 ? 4 : 0));
    CHECK(found.levels.back().writers == first_void);
    CHECK(found.levels.back().trials == 0);
    CHECK(found.levels.back().void_trials == 5);
}

TEST_CASE("statistics.a search that is told earlier answers goes on where it stopped")
{
    const Setup setup = setups().at(1);
    FirstLockSearch whole(deep);
    const std::vector<TrialAnswer> told = run(whole, setup);
    FirstLockSearch resumed(deep);
    for (std::size_t i = 0; i < told.size() / 2; ++i) {
        resumed.tell(told[i]);
    }
    for (std::size_t i = told.size() / 2; i < told.size(); ++i) {
        REQUIRE(resumed.next_writers() == told[i].writers);
        resumed.tell(told[i]);
    }
    CHECK_FALSE(resumed.next_writers());
    CHECK(resumed.result().holds_p_high == whole.result().holds_p_high);
    CHECK(resumed.result().stopped_because == whole.result().stopped_because);
}

TEST_CASE("statistics.the same seed and answers give the same questions")
{
    const auto asked = [](std::uint64_t seed) {
        SearchLimits limits = deep;
        limits.seed = seed;
        FirstLockSearch search(limits);
        std::vector<int> writers;
        for (const TrialAnswer& told : run(search, setups().at(0))) {
            writers.push_back(told.writers);
        }
        return writers;
    };
    CHECK(asked(1) == asked(1));
    CHECK(asked(1) != asked(2));
}

// Goal:   a measurement of the suite's own speed fails for what is wrong with the suite, not for
//         noise.
// Method: made-up ratios on both sides of the rule, and too few of them.
#include "fixtures/bench/comparison.hpp"

#include <catch2/catch_test_macros.hpp>

#include <numeric>

using namespace firstlock;

TEST_CASE("harness.bench: the interval of a median is of the ranks that the sign test has")
{
    CHECK_FALSE(median_interval({1, 2, 3, 4, 5}));
    // The table in Conover, A3 for p = 0.5: 6 pairs 1st to 6th, 10 pairs 2nd to 9th, 20 6th to
    // 15th.
    CHECK(median_interval({6, 5, 4, 3, 2, 1})->low == 1);
    CHECK(median_interval({6, 5, 4, 3, 2, 1})->high == 6);
    CHECK(median_interval({1, 2, 3, 4, 5, 6, 7, 8, 9, 10})->low == 2);
    CHECK(median_interval({1, 2, 3, 4, 5, 6, 7, 8, 9, 10})->high == 9);
    std::vector<double> twenty(20);
    std::iota(twenty.begin(), twenty.end(), 1);
    CHECK(median_interval(twenty)->low == 6);
    CHECK(median_interval(twenty)->high == 15);
}

TEST_CASE("harness.bench: what is far beyond its reach in three quarters fails and noise does not")
{
    CHECK(is_far_beyond(1.1, {1.6, 1.7, 1.8, 1.9, 1.9}));
    CHECK_FALSE(is_far_beyond(1.1, {1.6, 1.6, 1.8, 1.9, 9.0})); // the lower quartile is within 1.65
    CHECK_FALSE(is_far_beyond(1.1, {0.9, 1.0, 1.0, 1.1, 9.0}));
    CHECK_FALSE(is_far_beyond(1.1, {9.0, 9.0, 9.0, 9.0})); // too few to tell
}

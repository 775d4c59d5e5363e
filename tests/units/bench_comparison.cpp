// Goal:   a measurement of the suite's own speed fails for what is wrong with the suite, not for
//         noise.
// Method: made-up ratios on both sides of the rule, and too few of them.
#include "fixtures/bench/comparison.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace firstlock;

TEST_CASE("harness.bench: what is far beyond its reach in three quarters fails and noise does not")
{
    CHECK(is_far_beyond(1.1, {1.6, 1.7, 1.8, 1.9, 1.9}));
    CHECK_FALSE(is_far_beyond(1.1, {1.6, 1.6, 1.8, 1.9, 9.0})); // the lower quartile is within 1.65
    CHECK_FALSE(is_far_beyond(1.1, {0.9, 1.0, 1.0, 1.1, 9.0}));
    CHECK_FALSE(is_far_beyond(1.1, {9.0, 9.0, 9.0, 9.0})); // too few to tell
}

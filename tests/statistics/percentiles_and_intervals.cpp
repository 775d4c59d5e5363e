// Goal:   percentiles, intervals and p-values are those that were published.
// Method: the tables of the papers named at each case, and input that makes no sense.
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>
#include <cmath>
#include <numeric>
#include <stdexcept>
#include <vector>

#include "helpers/statistics/percentiles.hpp"
#include "helpers/statistics/tally.hpp"

using Catch::Matchers::Message;
using Catch::Matchers::WithinAbs;
using namespace firstlock;

TEST_CASE("statistics.a percentile is the nearest rank of the sample")
{
    // The examples of https://en.wikipedia.org/wiki/Percentile, section "The nearest-rank method".
    const std::vector<double> five{50, 15, 40, 20, 35};
    CHECK(percentile(five, 5) == 15);
    CHECK(percentile(five, 30) == 20);
    CHECK(percentile(five, 40) == 20);
    CHECK(percentile(five, 50) == 35);
    CHECK(percentile(five, 100) == 50);
    const std::vector<double> eleven{3, 6, 7, 8, 8, 9, 10, 13, 15, 16, 20};
    CHECK(percentile(eleven, 25) == 7);
    CHECK(percentile(eleven, 50) == 9);
    CHECK(percentile(eleven, 75) == 15);
}

TEST_CASE("statistics.p99 of one to a hundred is 99 and the maximum is 100")
{
    std::vector<double> hundred(100);
    std::iota(hundred.rbegin(), hundred.rend(), 1.0);

    const Percentiles found = percentiles(hundred);

    CHECK(found.p50 == 50);
    CHECK(found.p90 == 90);
    CHECK(found.p99 == 99);
    CHECK(found.max == 100);
    CHECK(percentile(hundred, 7) == 7); // 0.07 * 100 is a little above 7 in floating point
}

TEST_CASE("statistics.a percentile of nothing or of a NaN is refused")
{
    CHECK_THROWS_AS(percentile({}, 50), std::invalid_argument);
    CHECK_THROWS_AS(percentiles({1.0, std::nan("")}), std::invalid_argument);
    CHECK_THROWS_AS(percentile({1.0}, 0), std::invalid_argument);
    CHECK_THROWS_AS(percentile({1.0}, 100.5), std::invalid_argument);
}

TEST_CASE("statistics.Clopper-Pearson bounds are those that were published")
{
    // Newcombe, "Two-sided confidence intervals for the single proportion", Statistics in Medicine
    // 17 (1998), table I, method 5.
    const auto [seen, low, high] =
        GENERATE(table<Tally, double, double>({{{81, 263}, 0.2527, 0.3676},
                                               {{15, 148}, 0.0578, 0.1617},
                                               {{0, 20}, 0.0000, 0.1684},
                                               {{1, 29}, 0.0009, 0.1776}}));
    CAPTURE(seen.locked, seen.trials);

    const Interval bounds = clopper_pearson(seen);

    CHECK_THAT(bounds.low, WithinAbs(low, 0.00005));
    CHECK_THAT(bounds.high, WithinAbs(high, 0.00005));
}

TEST_CASE("statistics.59 clean trials bound P by 5 % and 299 by 1 %")
{
    // Both are the least number that does: Louis, "Confidence intervals for a binomial parameter
    // after observing no successes", The American Statistician 35 (1981): 1 - 0.05^(1/n).
    CHECK(upper_bound({0, 59}) < 0.05);
    CHECK(upper_bound({0, 58}) > 0.05);
    CHECK(upper_bound({0, 299}) < 0.01);
    CHECK(upper_bound({0, 298}) > 0.01);
    CHECK(upper_bound({7, 7}) == 1);
}

TEST_CASE("statistics.no trials bound nothing and impossible counts are refused")
{
    CHECK(clopper_pearson({0, 0}).low == 0);
    CHECK(clopper_pearson({0, 0}).high == 1);
    CHECK(upper_bound({0, 0}) == 1);
    CHECK_THROWS_MATCHES(
        clopper_pearson({4, 3}), std::invalid_argument,
        Message("interval: 4 locked of 3 trials; accepted: 0 <= locked <= trials"));
    CHECK_THROWS_AS(clopper_pearson({-1, 3}), std::invalid_argument);
    CHECK_THROWS_AS(upper_bound({1, 3}, 1), std::invalid_argument);
}

TEST_CASE("statistics.Fisher's tea tasting has a p-value of 17 in 70")
{
    // Fisher, "The Design of Experiments" (1935), chapter 2: 3 of 4 cups right is 17/70, all 4 is
    // 1/70.
    CHECK_THAT(locked_more_often({1, 4}, {3, 4}), WithinAbs(17.0 / 70, 1e-12));
    CHECK_THAT(locked_more_often({0, 4}, {4, 4}), WithinAbs(1.0 / 70, 1e-12));
    CHECK(locked_more_often({3, 4}, {0, 4}) == 1);
    CHECK(locked_more_often({0, 0}, {4, 4}) == 1);
    CHECK(locked_more_often({4, 4}, {0, 0}) == 1);
    CHECK_THROWS_AS(locked_more_often({5, 4}, {0, 4}), std::invalid_argument);
}

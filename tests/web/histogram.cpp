// Goal:   latencies come back from the histogram with three significant digits, whatever their
//         size.
// Method: samples over the whole range, compared with the nearest-rank percentile of the sorted
//         sample.
#include "helpers/web/histogram.hpp"
#include "fixtures/run/settings.hpp"
#include "helpers/statistics/percentiles.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>

#include <algorithm>
#include <cmath>
#include <random>

using namespace firstlock;
using namespace firstlock::web;
using namespace std::chrono_literals;
using Catch::Matchers::WithinRel;

TEST_CASE(
    "web.histogram percentiles differ from those of the sorted sample by at most a thousandth")
{
    CAPTURE(settings().seed);
    std::mt19937_64 random(settings().seed);
    std::uniform_real_distribution<double> exponent(std::log(10.0), std::log(3e9)); // microseconds
    std::vector<double> sample;
    Histogram histogram;
    for (int count = 0; count < 20'000; ++count) {
        const auto us = std::llround(std::exp(exponent(random)));
        histogram.record(std::chrono::microseconds(us));
        sample.push_back(static_cast<double>(us) / 1000.0);
    }
    for (const double percent : {0.1, 1.0, 25.0, 50.0, 66.0, 90.0, 99.0, 99.9, 99.99, 100.0}) {
        CAPTURE(percent);
        CHECK_THAT(histogram.percentile_ms(percent), WithinRel(percentile(sample, percent), 0.001));
    }
    CHECK(histogram.count() == sample.size());
    CHECK(histogram.max_ms() == *std::max_element(sample.begin(), sample.end()));
    CHECK(histogram.min_ms() == *std::min_element(sample.begin(), sample.end()));
}

TEST_CASE("web.two histograms added are the histogram of both")
{
    Histogram left;
    Histogram right;
    for (int ms = 1; ms <= 50; ++ms) {
        left.record(std::chrono::milliseconds(ms));
        right.record(std::chrono::milliseconds(50 + ms));
    }
    left.add(right);
    CHECK(left.count() == 100);
    CHECK_THAT(left.percentile_ms(50), WithinRel(50.0, 0.001));
    CHECK_THAT(left.percentile_ms(99), WithinRel(99.0, 0.001));
    CHECK_THAT(left.mean_ms(), WithinRel(50.5, 1e-9));
    CHECK(left.max_ms() == 100.0);
}

TEST_CASE("web.an empty histogram says 0 and one beyond its range says its end")
{
    Histogram histogram;
    CHECK(histogram.percentile_ms(50) == 0);
    CHECK(histogram.min_ms() == 0);
    histogram.record(3h);
    CHECK(histogram.count() == 1);
    CHECK(histogram.percentile_ms(100) > 4'000'000); // milliseconds: more than an hour
}

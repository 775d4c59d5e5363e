// Goal:   waits that have become longer are told by the p-values that were published, and no more
//         often than these say where nothing changed.
// Method: examples with their published p-values; equal waits by hand; simulated waits, with a
//         fixed seed.
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>
#include <cmath>
#include <random>
#include <stdexcept>
#include <vector>

#include "helpers/statistics/baseline_test.hpp"
#include "helpers/statistics/mann_whitney.hpp"

using Catch::Matchers::WithinAbs;
using namespace firstlock;

TEST_CASE("statistics.p-values of longer waits are those that Mann and Whitney published")
{
    // Their table I: P(U <= 0) of 3 and 3 is .050; of 4 and 4, P(U <= 0) is .014, P(U <= 1) .029.
    CHECK_THAT(waited_longer({1, 2, 3}, {4, 5, 6}), WithinAbs(0.050, 0.0005));
    CHECK_THAT(waited_longer({1, 2, 3, 4}, {5, 6, 7, 8}), WithinAbs(0.014, 0.0005));
    CHECK_THAT(waited_longer({1, 2, 3, 5}, {4, 6, 7, 8}), WithinAbs(0.029, 0.0005));
    CHECK(waited_longer({4, 5, 6}, {1, 2, 3}) == 1);
}

TEST_CASE(
    "statistics.Hollander and Wolfe's example of two samples has p = 0.1272, either way round")
{
    // Their table 4.1, permeability of the human chorioamnion; the p-value as R's documentation of
    // wilcox.test() has it. Of the 3003 ways to deal out the ranks 382 favour `term` as much, 2693
    // `earlier`, and 72, which are this very sum, both.
    const std::vector<double> term{0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46};
    const std::vector<double> earlier{1.15, 0.88, 0.90, 0.74, 1.21};
    CHECK_THAT(waited_longer(earlier, term), WithinAbs(0.1272, 0.00005));
    CHECK_THAT(waited_longer(term, earlier), WithinAbs(2693.0 / 3003, 1e-12));
}

TEST_CASE("statistics.the ozone of May and August, with ties, has a two-sided p of 0.0001208")
{
    // R's documentation of wilcox.test(), data set airquality: W = 127.5, by the approximation.
    const std::vector<double> may{41, 36, 12, 18, 28, 23, 19, 8, 7,  16, 11, 14,  18,
                                  14, 34, 6,  30, 11, 1,  11, 4, 32, 23, 45, 115, 37};
    const std::vector<double> august{39, 9,  16, 78, 35, 66, 122, 89,  110, 44, 28,  65, 22,
                                     59, 23, 31, 44, 21, 9,  45,  168, 73,  76, 118, 84, 85};
    CHECK_THAT(2 * waited_longer(may, august), WithinAbs(0.0001208, 0.00000005));
}

TEST_CASE("statistics.waits that are equal show nothing and a wait longer than any is the longest")
{
    constexpr double any = longer_than_any;
    CHECK(waited_longer({7, 7, 7}, {7, 7, 7}) == 1);
    CHECK(waited_longer(std::vector<double>(50, 7), std::vector<double>(50, 7)) == 1);
    CHECK(waited_longer({any, any}, {any, any, any}) == 1);
    CHECK(waited_longer({}, {1, 2}) == 1);
    CHECK(waited_longer({1, 2}, {}) == 1);
    // Two of four at the top, which are equal: of the six ways to deal them out, one is as good.
    CHECK_THAT(waited_longer({1, 9}, {any, any}), WithinAbs(1.0 / 6, 1e-12));
    // One on either side: twice the ranks are 2 4 7 7; five of six ways sum to less than 14.
    CHECK_THAT(waited_longer({1, any}, {2, any}), WithinAbs(3.0 / 6, 1e-12));
    CHECK_THROWS_AS(waited_longer({1, std::nan("")}, {1}), std::invalid_argument);
}

TEST_CASE(
    "statistics.longer waits are seen by chance as seldom as alpha says, and with power where "
    "that was said")
{
    constexpr int runs = 400;
    constexpr int trials = 30;
    constexpr double alpha = 0.05;
    std::mt19937_64 random(7);
    std::lognormal_distribution<double> wait(7, 0.4);
    const auto sample = [&](int count, double factor) {
        std::vector<double> waits;
        waits.reserve(static_cast<std::size_t>(count));
        for (int each = 0; each < count; ++each) {
            waits.push_back(factor * wait(random));
        }
        return waits;
    };
    int by_chance = 0;
    int seen = 0;
    for (int run = 0; run < runs; ++run) {
        const auto baseline = sample(30, 1);
        by_chance += waited_longer(baseline, sample(trials, 1)) < alpha ? 1 : 0;
        const auto factor = factor_seen(baseline, trials, alpha);
        REQUIRE(factor);
        CHECK((*factor > 1.15 && *factor < 1.7)); // 1.32 were the spread known
        seen += waited_longer(baseline, sample(trials, *factor)) < alpha ? 1 : 0;
    }
    CHECK(by_chance <= 0.075 * runs);
    CHECK(seen >= 0.8 * runs);
    CHECK(seen <= 0.95 * runs);
}

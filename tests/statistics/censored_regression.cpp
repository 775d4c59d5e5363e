// Goal:   the regression under the wait curve gives what is known of it: least squares and Student's
//         intervals where nothing is censored, and what is likeliest where something is.
// Method: values made by hand, with the figures of the closed forms beside them.
#include "helpers/statistics/censored_regression.hpp"

#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>

#include <cmath>
#include <limits>

using namespace firstlock;
using Catch::Approx;
using Catch::Matchers::Message;

namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();

CensoredValue exactly(double value, double x = 0)
{
    return {value - 1e-6, value + 1e-6, {x, x * x}};
}

/// y at x = 0 ... 5. Means 2.5 and 4.35; Sxx = 17.5, Sxy = 15.65, Syy = 14.755.
const std::vector<CensoredValue> six{exactly(2, 0),   exactly(3.2, 1), exactly(3.6, 2),
                                     exactly(5.4, 3), exactly(5.2, 4), exactly(6.7, 5)};

} // namespace

TEST_CASE("statistics.a regression of exact values is that of least squares")
{
    const auto fit = fit_line(Errors::normal, six, 1);
    REQUIRE(fit);
    CHECK(fit->slopes[0] == Approx(15.65 / 17.5).epsilon(1e-4));
    CHECK(fit->level == Approx(4.35 - 2.5 * 15.65 / 17.5).epsilon(1e-4));
    CHECK(fit->spread == Approx(std::sqrt((14.755 - 15.65 * 15.65 / 17.5) / 6)).epsilon(1e-3));
    const auto flat = fit_line(Errors::normal, six, 0);
    REQUIRE(flat);
    CHECK(flat->level == Approx(4.35).epsilon(1e-5));
    CHECK(flat->spread == Approx(std::sqrt(14.755 / 6)).epsilon(1e-3));
    // F = 4 * 13.9956 / 0.759357 = 73.7 on 1 and 4 degrees of freedom.
    CHECK(p_of_column(flat->log_likelihood, fit->log_likelihood, 6, 2) ==
          Approx(0.00101).epsilon(0.01));
    CHECK(p_of_column(fit->log_likelihood, fit->log_likelihood, 6, 3) == Approx(1));
    CHECK(p_of_column(flat->log_likelihood, fit->log_likelihood, 2, 2) == 1);
}

TEST_CASE("statistics.the profile likelihood of exact values is Student's interval")
{
    // At x = 0 with a standard error of sqrt(0.759357/4 * (1/6 + 2.5^2/17.5)) = 0.315346; t with 4
    // degrees of freedom is 2.776445.
    const auto best = fit_line(Errors::normal, six, 1);
    REQUIRE(best);
    const auto falls_by = [&](double value) {
        const auto pinned = fit_line(Errors::normal, six, 1, QuantileAt{value, 0});
        REQUIRE(pinned);
        CHECK(pinned->level == Approx(value));
        return best->log_likelihood - pinned->log_likelihood;
    };
    const double half_width = 2.776445 * 0.315346;
    CHECK(likelihood_drop(6, 2) == Approx(3 * std::log1p(2.776445 * 2.776445 / 4)).epsilon(1e-5));
    for (const double side : {-1.0, 1.0}) {
        CHECK(falls_by(best->level + side * half_width) ==
              Approx(likelihood_drop(6, 2)).epsilon(0.01));
    }
    // The 95 % quantile lies 1.645 spreads above the level.
    const auto pinned = fit_line(Errors::normal, six, 1, QuantileAt{3, 1.645});
    REQUIRE(pinned);
    CHECK(pinned->level + 1.645 * pinned->spread == Approx(3));
}

TEST_CASE("statistics.a censored value counts as being above its bound and no more")
{
    // Of a normal distribution with mean 0 and spread 1, cut at 0.5: the seven that lie below, and
    // three of which only that is known. Without the three the mean is far too low.
    std::vector<CensoredValue> values;
    values.reserve(10);
    for (const double value : {-1.645, -1.036, -0.674, -0.385, -0.126, 0.126, 0.385}) {
        values.push_back(exactly(value));
    }
    const auto without = fit_line(Errors::normal, values, 0);
    for (int each = 0; each < 3; ++each) {
        values.push_back({0.5, infinite, {}});
    }
    const auto with = fit_line(Errors::normal, values, 0);
    REQUIRE((with && without));
    CHECK(without->level == Approx(-0.479).epsilon(0.01));
    CHECK(with->level == Approx(-0.05).margin(0.1));
    CHECK(with->spread == Approx(0.95).margin(0.1));
    // And from the other side, and by intervals alone.
    std::vector<CensoredValue> mirrored;
    mirrored.reserve(values.size());
    for (const CensoredValue& value : values) {
        mirrored.push_back({-value.high, -value.low, {}});
    }
    const auto other = fit_line(Errors::normal, mirrored, 0);
    REQUIRE(other);
    CHECK(other->level == Approx(-with->level).margin(1e-4));
    CHECK_FALSE(values.back().is_known());
    CHECK(values.front().is_known());
}

TEST_CASE("statistics.a regression refuses what it cannot fit")
{
    CHECK_FALSE(fit_line(Errors::normal, {}, 0));
    CHECK_THROWS_MATCHES(fit_line(Errors::normal, six, 4), std::invalid_argument,
                         Message("columns is 4; accepted: up to 3"));
    CHECK_THROWS_AS(fit_line(Errors::normal, {{2, 2, {}}}, 0), std::invalid_argument);
}

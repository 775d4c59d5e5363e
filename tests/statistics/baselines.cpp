// Goal:   a level of a baseline is worse or no worse only where the trials say so whatever the void
//         ones were, and no worse only where the comparison could have seen what it is asked for.
// Method: what can be seen against figures by hand; then trials told one by one, with the verdict
//         and the end looked at.
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>
#include <stdexcept>
#include <vector>

#include "helpers/statistics/baseline_test.hpp"

using Catch::Matchers::WithinAbs;
using namespace firstlock;

namespace {

constexpr double alpha = 0.01;
/// A spread of 0.2, as logarithms go.
const std::vector<double> dozen{900,  1000, 1100, 1200, 1300, 1400,
                                1500, 1600, 1000, 1200, 1400, 1300};

/// How many trials of the kind it takes to the end.
int tell_until_end(BaselineTest& test, bool is_locked, std::optional<double> wait_ms)
{
    int told = 0;
    for (; !test.has_ended(); ++told) {
        test.tell(is_locked, wait_ms);
    }
    return told;
}

} // namespace

TEST_CASE(
    "statistics.against 0 of 4 trials 60 see no share below 75 % and against 0 of 20 one of 30")
{
    // 43 locked is the fewest that tells from 0 of 4, for C(21, 4) / C(64, 4) = 0.0094; P(43 or
    // more of 60) is 80 % at 0.754. From 0 of 20: 15, and 0.291.
    CHECK_THAT(share_seen({0, 4}, 60, alpha).value(), WithinAbs(0.7546, 0.0001));
    CHECK_THAT(share_seen({0, 20}, 60, alpha).value(), WithinAbs(0.2914, 0.0001));
    CHECK_FALSE(share_seen({0, 1}, 60, alpha));
    CHECK_FALSE(share_seen({0, 0}, 60, alpha));
    CHECK_FALSE(share_seen({4, 4}, 60, alpha));
}

TEST_CASE("statistics.what factor on the waits is seen depends on how many and how spread they are")
{
    const double factor = factor_seen(dozen, 60, alpha).value();
    // exp((2.38 + 0.85) * 0.19 * 1.25 * sqrt((1/12 + 1/60) * pi/3)), for the spread's 80 % bound.
    CHECK_THAT(factor, WithinAbs(1.28, 0.02));
    CHECK(factor_seen(dozen, 12, alpha) > factor);
    CHECK_FALSE(factor_seen(dozen, 2, 0.001)); // one way of 91
    CHECK_FALSE(factor_seen({1000, 1200}, 60, alpha));
    CHECK_FALSE(factor_seen({7, 7, 7, 7, 7}, 60, alpha));
    CHECK_FALSE(
        factor_seen({8, 9, 10, longer_than_any, longer_than_any, longer_than_any}, 60, alpha));
}

TEST_CASE("statistics.a baseline that cannot see what it is asked for is never called no worse")
{
    BaselineTest few({{0, 4}, {}}, 60, alpha);
    CHECK_FALSE(few.sees_what_is_asked());
    CHECK(tell_until_end(few, false, 20.0) < 60); // more could not tell
    CHECK(few.verdict() == PromiseVerdict::undecided);

    BaselineTest enough({{0, 20}, {}}, 60, alpha);
    CHECK(enough.sees_what_is_asked());
    tell_until_end(enough, false, 20.0);
    CHECK(enough.verdict() == PromiseVerdict::kept);

    BaselineTest by_waits({{0, 4}, dozen}, 60, alpha);
    CHECK(by_waits.sees_what_is_asked());
    CHECK(by_waits.alpha_each() == alpha / 2);
    CHECK_THROWS_AS(BaselineTest({{0, 4}, {}}, 0, alpha), std::invalid_argument);
}

TEST_CASE("statistics.a baseline that cannot see what it is asked for still sees what is worse")
{
    BaselineTest test({{0, 4}, {}}, 60, alpha);
    CHECK(tell_until_end(test, true, longer_than_any) == 43);
    CHECK(test.verdict() == PromiseVerdict::broken);
}

TEST_CASE("statistics.waits that doubled make a level worse though nothing locked")
{
    BaselineTest same({{0, 12}, dozen}, 20, alpha);
    tell_until_end(same, false, 1250);
    CHECK(same.verdict() == PromiseVerdict::kept);

    BaselineTest doubled({{0, 12}, dozen}, 20, alpha);
    CHECK(tell_until_end(doubled, false, 2500) < 20);
    CHECK(doubled.verdict() == PromiseVerdict::broken);
    CHECK(doubled.p_of_counts().high == 1);

    BaselineTest censored({{0, 12}, dozen}, 20, alpha);
    tell_until_end(censored, false, longer_than_any);
    CHECK(censored.verdict() == PromiseVerdict::broken);
}

TEST_CASE("statistics.a level is no worse only if it would be were its void trials locked ones")
{
    const auto with_voids = [](int voids) {
        BaselineTest test({{0, 20}, {}}, 60, alpha);
        for (int each = 0; each < voids; ++each) {
            test.tell_void();
        }
        tell_until_end(test, false, 20.0);
        return test.verdict();
    };
    CHECK(with_voids(14) == PromiseVerdict::kept); // 15 of 60 tell from 0 of 20
    CHECK(with_voids(15) == PromiseVerdict::undecided);

    BaselineTest all_void({{0, 20}, {}}, 60, alpha);
    for (int each = 0; each < 60; ++each) {
        CHECK_FALSE(all_void.has_ended());
        all_void.tell_void();
    }
    CHECK(all_void.has_ended());
    CHECK(all_void.verdict() == PromiseVerdict::undecided);
}

TEST_CASE("statistics.a void trial, or a wait that nobody knows, may have been the longest")
{
    BaselineTest test({{0, 12}, dozen}, 20, alpha);
    for (int each = 0; each < 12; ++each) {
        test.tell(false, std::nullopt);
    }
    tell_until_end(test, false, 1250);
    CHECK(test.verdict() == PromiseVerdict::undecided);
    CHECK(test.p_of_waits().low < test.alpha_each());
    CHECK(test.p_of_waits().high > 0.5);
}

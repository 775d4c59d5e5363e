// Goal:   a wait curve says what its trials allow: how many writers a timeout holds, what timeout a
//         crowd needs, and where it cannot tell.
// Method: waits on a curve that is known, with a fixed scatter.
#include "helpers/statistics/first_lock.hpp"

#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <cmath>

using namespace firstlock;
using Catch::Approx;
using Place = WritersOrOutside::Place;

namespace {

/// Three trials at each M, 8 % above, at and below `ms`, cut at `cut_ms`, in an order that says
/// nothing.
std::vector<LongestWaitSeen> trials(const std::vector<int>& at, auto ms, double cut_ms = 1e9)
{
    std::vector<LongestWaitSeen> seen;
    for (const double scatter : {1.0, 1.08, 1 / 1.08}) {
        for (const int writers : at) {
            const double wait_ms = ms(writers) * scatter;
            seen.push_back(wait_ms > cut_ms ? LongestWaitSeen{writers, cut_ms}
                                            : LongestWaitSeen{writers, wait_ms - 1, wait_ms});
        }
    }
    return seen;
}

const auto steep = [](int writers) { return 5000 * std::pow(writers / 100.0, 1.5); };
const std::vector<int> around_100{55, 75, 100, 140};

void check_holds(const WritersEstimate& found, double truth, double ratio_max)
{
    REQUIRE(found.writers.place == Place::inside);
    CHECK(found.writers.writers == Approx(truth).epsilon(0.03));
    REQUIRE(found.low.place == Place::inside);
    REQUIRE(found.high.place == Place::inside);
    CHECK(found.low.writers < truth);
    CHECK(found.high.writers > truth);
    CHECK(found.high.writers / found.low.writers < ratio_max);
}

} // namespace

TEST_CASE("statistics.SQLite's handler waits sums of its delays and a clock any millisecond")
{
    const auto [ms, below, from] = GENERATE(table<double, double, double>({{0, 0, 0},
                                                                           {1, 0, 1},
                                                                           {2, 1, 3},
                                                                           {228, 178, 228},
                                                                           {229, 228, 328},
                                                                           {5000, 4928, 5028},
                                                                           {5028, 4928, 5028}}));
    CHECK(sum_below_ms(HandlerClock::sqlite, ms) == below);
    CHECK(sum_from_ms(HandlerClock::sqlite, ms) == from);
    CHECK(sum_below_ms(HandlerClock::wall, ms) == std::max(0.0, ms - 1));
    CHECK(sum_from_ms(HandlerClock::wall, ms) == ms);
}

TEST_CASE("statistics.a curve tells the writers of a timeout and the timeout of a crowd")
{
    const double cut_ms = GENERATE(1e9, 7000.0); // with the largest crowds censored, and without
    const WaitCurve curve = wait_curve(trials(around_100, steep, cut_ms), 5000);
    CHECK(curve.shape == CurveShape::rising);
    CHECK(curve.fits);
    CHECK_FALSE(curve.drift);
    CHECK(curve.trials == 12);
    CHECK(curve.censored == (cut_ms < 1e9 ? 3 : 0));
    check_holds(curve.half, 100, 1.25);
    check_holds(curve.twentieth, 100 * std::exp(-1.645 * 0.067 / 1.5), 1.35);
    CHECK(*curve.slope == Approx(1.5).epsilon(0.06));
    REQUIRE(curve.timeouts.size() == 1); // 10 is too far below
    CHECK(curve.timeouts[0].writers == 100);
    CHECK(*curve.timeouts[0].half.ms == Approx(5000).epsilon(0.03));
    CHECK(*curve.timeouts[0].half.low < 5000);
    CHECK(*curve.timeouts[0].half.high > 5000);
    CHECK(*curve.timeouts[0].twentieth.ms > *curve.timeouts[0].half.ms);
}

TEST_CASE("statistics.nothing is said of more than twice the writers or the wait that were tried")
{
    const auto far = wait_curve(trials(around_100, steep), 50'000); // at 464 writers
    CHECK(far.half.writers.place == Place::above);
    CHECK(far.half.low.place == Place::above);
    const auto near = wait_curve(trials(around_100, steep), 100); // at 7
    CHECK(near.half.writers.place == Place::below);
    CHECK(near.half.high.place == Place::below);
    // 1 s at 37 writers, by waits of 20 ms at the longest.
    const auto brief = wait_curve(
        trials({8, 11, 16, 23}, [](int m) { return 2 + 18 * std::pow(m / 23.0, 8); }), 1000);
    CHECK(brief.half.writers.place == Place::above);
    CHECK(brief.half.high.place == Place::above);
    const auto thousand = wait_curve(trials({250, 350, 500}, steep), 5000).timeouts;
    REQUIRE(thousand.back().writers == 1000); // needs 158 s, of which 56 s at most were seen
    CHECK_FALSE(thousand.back().half.ms);
    CHECK(*thousand.back().half.low > 55'000);
}

TEST_CASE("statistics.a curve that is flat, falls, bends or drifts is said to")
{
    const auto flat = wait_curve(trials(around_100, [](int) { return 2000.0; }), 5000);
    CHECK(flat.shape == CurveShape::flat);
    CHECK(flat.half.writers.place == Place::above);
    CHECK(flat.half.high.place == Place::above);
    const auto falling = wait_curve(trials(around_100, [](int m) { return 500'000.0 / m; }), 5000);
    CHECK(falling.shape == CurveShape::falling);
    CHECK(falling.half.low.place == Place::below);
    CHECK(falling.half.high.place == Place::above);
    const auto bent = wait_curve(
        trials(around_100, [](int m) { return 5000 * std::pow(m / 100.0, m < 100 ? 3 : 0.2); }),
        5000);
    CHECK_FALSE(bent.fits);
    auto seen = trials(around_100, steep);
    for (std::size_t order = 0; order < seen.size(); ++order) {
        const double factor = 1 + 0.5 * static_cast<double>(order) / 12;
        seen[order].above_ms *= factor;
        *seen[order].up_to_ms *= factor;
    }
    CHECK(wait_curve(seen, 5000).drift.value_or(1) == Approx(1.5).epsilon(0.15));
}

TEST_CASE("statistics.a trial that took another course moves nothing and is counted")
{
    auto seen = trials(around_100, steep);
    const WaitCurve without = wait_curve(seen, 5000);
    CHECK(without.strays == 0);
    seen.push_back({100, 1499, 1500}); // where others wait for 5 s
    const WaitCurve with = wait_curve(seen, 5000);
    CHECK(with.strays == 1);
    CHECK(with.trials == 12);
    CHECK(with.half.writers.writers == Approx(without.half.writers.writers).epsilon(1e-3));
    CHECK(with.half.low.writers == Approx(without.half.low.writers).epsilon(1e-2));
    CHECK(with.half.high.writers == Approx(without.half.high.writers).epsilon(1e-2));
    seen.back() = {100, 19'999, 20'000}; // too long is not left out: that would be a promise
    CHECK(wait_curve(seen, 5000).strays == 0);
    CHECK(wait_curve(seen, 5000).half.writers.writers < without.half.writers.writers);
}

TEST_CASE("statistics.refusals that no timeout changes are a share of their own")
{
    auto seen = trials(around_100, steep);
    const double without = wait_curve(seen, 5000).half.writers.writers;
    for (int trial = 0; trial < 4; ++trial) {
        seen.push_back({.writers = 70, .is_refused_at_once = true});
    }
    seen.push_back({.writers = 1, .above_ms = 0, .up_to_ms = 1}); // which nobody can refuse
    const WaitCurve curve = wait_curve(seen, 5000);
    CHECK(curve.at_once == 0.25);
    CHECK(curve.at_once_low == Approx(0.0727).epsilon(0.01)); // 4 of 16
    REQUIRE(curve.half.writers.place == Place::inside);
    CHECK(curve.half.writers.writers < without);
    CHECK(curve.half.writers.writers > 0.9 * without);
    CHECK(curve.twentieth.writers.place == Place::below);
    seen.resize(4, {.writers = 2, .is_refused_at_once = true});
    seen.insert(seen.end(), 5, {.writers = 2, .is_refused_at_once = true});
    CHECK(wait_curve(seen, 5000).shape == CurveShape::does_not_wait);
    CHECK(wait_curve(trials(around_100, steep), 0).shape == CurveShape::does_not_wait);
}

TEST_CASE("statistics.too few trials that waited make no curve, and what cannot be is refused")
{
    const WaitCurve none = wait_curve({{2, 0, 1}, {100, 5000}, {50, 4000, 4001}}, 5000);
    CHECK(none.shape == CurveShape::unknown);
    CHECK(none.half.low.place == Place::below);
    CHECK(none.half.high.place == Place::above);
    CHECK_FALSE(none.slope);
    CHECK_THROWS_AS(wait_curve({}, -1), std::invalid_argument);
    CHECK_THROWS_AS(wait_curve({{.writers = 0}}, 1), std::invalid_argument);
}

TEST_CASE(
    "statistics.a trial that ran out of time is a wait that is longer, not one that is absent")
{
    const TrialAnswer late{.writers = 9, .is_void = true, .waited_ms = 700, .is_censored = true};
    const auto seen = wait_seen(late, HandlerClock::sqlite);
    REQUIRE(seen);
    CHECK(seen->above_ms == 700);
    CHECK_FALSE(seen->up_to_ms);
    CHECK_FALSE(wait_seen({.writers = 9, .is_void = true, .waited_ms = 700}, HandlerClock::sqlite));
    CHECK(wait_seen({.writers = 9, .waited_ms = 728}, HandlerClock::sqlite)->above_ms == 628);
    CHECK(wait_seen({.writers = 9, .waited_ms = 0}, HandlerClock::sqlite)->up_to_ms == 1);
}

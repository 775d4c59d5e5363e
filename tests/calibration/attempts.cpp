// Goal:   the figures of a trial's times are those of its attempts.
// Method: attempts made by hand, for which every figure is known.
#include "helpers/rows/attempts.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace firstlock;

namespace {

constexpr std::int64_t ms = 1'000'000;

Attempt attempt(std::int64_t start_ms, std::int64_t end_ms, Outcome outcome = Outcome::acknowledged)
{
    return {start_ms * ms, end_ms * ms, outcome};
}

std::size_t peak_of(const std::vector<Attempt>& attempts)
{
    return figures_of(attempts, 0).in_flight_peak;
}

} // namespace

TEST_CASE("calibration.attempts: none comes to nothing and one to its own times")
{
    const AttemptFigures none = figures_of({}, 5);
    CHECK(none.waits_ms.empty());
    CHECK(none.span_ms == 0);
    CHECK(none.in_flight_peak == 0);
    CHECK_FALSE(none.first_locked);

    const AttemptFigures one = figures_of({attempt(10, 310)}, 5 * ms);
    CHECK(one.waits_ms == std::vector<double>{300});
    CHECK(one.span_ms == 300);
    CHECK(one.start_skew_ms == 0);
    CHECK(one.in_flight_peak == 1);
    CHECK_FALSE(one.first_locked);
}

TEST_CASE("calibration.attempts: waits and span and skew are between starts and ends and not "
          "between reports")
{
    const AttemptFigures found =
        figures_of({attempt(7, 20), attempt(3, 5), attempt(4, 30)}, 1 * ms);
    CHECK(found.waits_ms == std::vector<double>{13, 2, 26});
    CHECK(found.span_ms == 27);
    CHECK(found.start_skew_ms == 4);
}

TEST_CASE("calibration.attempts: the peak in flight falls when attempts end")
{
    CHECK(peak_of({attempt(0, 1), attempt(2, 3), attempt(4, 5)}) == 1);
    CHECK(peak_of({attempt(0, 9), attempt(2, 3), attempt(4, 5)}) == 2);
    CHECK(peak_of({attempt(4, 9), attempt(2, 7), attempt(0, 5)}) == 3);
}

TEST_CASE("calibration.attempts: those that only touch are in flight together")
{
    CHECK(peak_of({attempt(0, 2), attempt(2, 4)}) == 2);
    CHECK(peak_of({attempt(1, 1), attempt(1, 1), attempt(1, 1)}) == 3);
    CHECK(peak_of({attempt(0, 2), attempt(2, 4), attempt(4, 6)}) == 2);
}

TEST_CASE(
    "calibration.attempts: the first locked one is the first to end and knows who came before")
{
    const auto locked = Outcome::locked;
    const AttemptFigures found = figures_of(
        {attempt(0, 90, locked), attempt(2, 40, locked), attempt(3, 10), attempt(3, 39),
         attempt(4, 40), attempt(5, 20, Outcome::failed), attempt(40, 50), attempt(41, 60)},
        1 * ms);
    REQUIRE(found.first_locked);
    CHECK(found.first_locked->after_ms == 39);
    CHECK(found.first_locked->acknowledged_before == 2); // who ends with it is not before it
    CHECK(found.first_locked->in_flight == 4);           // itself, two that touch it, the other one
}

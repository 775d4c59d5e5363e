#include "helpers/statistics/handler_clock.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>

namespace firstlock {
namespace {

// SQLite's sums; beyond the table they go on by 100.
constexpr double sums_ms[] = {0, 1, 3, 8, 18, 33, 53, 78, 103, 128, 178, 228};
constexpr double last_sum_ms = 228;
constexpr double step_ms = 100;

} // namespace

double sum_below_ms(HandlerClock clock, double ms)
{
    if (clock == HandlerClock::wall || ms <= 0) {
        return std::max(0.0, std::ceil(ms) - 1);
    }
    if (ms > last_sum_ms) {
        return last_sum_ms + step_ms * (std::ceil((ms - last_sum_ms) / step_ms) - 1);
    }
    return *(std::lower_bound(std::begin(sums_ms), std::end(sums_ms), ms) - 1);
}

double sum_from_ms(HandlerClock clock, double ms)
{
    if (clock == HandlerClock::wall || ms <= 0) {
        return std::max(0.0, std::ceil(ms));
    }
    if (ms > last_sum_ms) {
        return last_sum_ms + step_ms * std::ceil((ms - last_sum_ms) / step_ms);
    }
    return *std::lower_bound(std::begin(sums_ms), std::end(sums_ms), ms);
}

} // namespace firstlock

#include "helpers/statistics/plain_bisection.hpp"

#include <algorithm>

#include "helpers/statistics/intervals.hpp"

namespace firstlock {

using Place = WritersOrOutside::Place;

int PlainBisection::largest_clean() const
{
    int largest = 0;
    for (const auto& [writers, level] : history_.levels()) {
        if (writers < history_.first_lock() && level.clean > 0) {
            largest = writers;
        }
    }
    return largest;
}

std::optional<int> PlainBisection::next_writers() const
{
    const int writers_max = history_.limits().writers_max;
    const int passed = largest_clean();
    if (history_.is_spent() || history_.first_lock() <= passed + 1) {
        return std::nullopt;
    }
    if (!history_.has_locked()) {
        return passed == 0 ? 1 : std::min(writers_max, 2 * passed);
    }
    return passed + (history_.first_lock() - passed) / 2;
}

FirstLock PlainBisection::result() const
{
    FirstLock found;
    found.writers_max = history_.limits().writers_max;
    found.levels = history_.summaries();
    for (const LevelSummary& level : found.levels) {
        found.trials += level.trials;
    }
    found.trials_locked = history_.trials_locked();
    const int passed = largest_clean();
    if (passed > 0) {
        found.holds = passed;
        found.holds_p_high = upper_bound(0, history_.level(passed).clean);
    }
    found.m50_low = passed > 0 ? WritersOrOutside{.writers = static_cast<double>(passed)}
                               : WritersOrOutside{.place = Place::below};
    found.m50_high = {.place = Place::above};
    if (history_.has_locked()) {
        found.first_lock = history_.first_lock();
        found.m50_high =
            history_.first_lock() > 1
                ? WritersOrOutside{.writers = static_cast<double>(history_.first_lock())}
                : WritersOrOutside{.place = Place::below};
    } else if (passed == found.writers_max) {
        found.m50_low = {.place = Place::above};
    }
    found.m50 = found.m50_high;
    found.stopped_because = next_writers()        ? "not stopped"
                            : history_.is_spent() ? "budget"
                                                  : "decided";
    return found;
}

} // namespace firstlock

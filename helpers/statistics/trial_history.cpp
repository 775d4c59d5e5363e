#include "helpers/statistics/trial_history.hpp"

#include <algorithm>
#include <cmath>
#include <string>

namespace firstlock {
namespace {

auto at_or_above(auto& levels, int writers)
{
    return std::lower_bound(levels.begin(), levels.end(), writers,
                            [](const Level& level, int sought) { return level.writers < sought; });
}

} // namespace

TrialHistory::TrialHistory(const SearchLimits& limits) : limits_(limits)
{
    // A billion leaves room for sums of levels in an int; no machine starts that many writers.
    check(limits.writers_max >= 1 && limits.writers_max <= 1'000'000'000, "writers_max",
          limits.writers_max, "1 to 1000000000");
    check(limits.trials_max >= 1, "trials_max", limits.trials_max, "1 or more");
    check(limits.budget_s > 0 && std::isfinite(limits.budget_s), "budget_s", limits.budget_s,
          "seconds above 0");
    seen_.writers_max = limits.writers_max;
}

void TrialHistory::add(const TrialAnswer& answer)
{
    check(answer.writers >= 1 && answer.writers <= limits_.writers_max, "the answer's writers",
          answer.writers, "1 to " + std::to_string(limits_.writers_max));
    check(answer.locked_writers >= 0 && answer.locked_writers <= answer.writers,
          "the answer's locked_writers", answer.locked_writers,
          "0 to its writers, " + std::to_string(answer.writers));
    check(answer.seconds >= 0 && std::isfinite(answer.seconds), "the answer's seconds",
          answer.seconds, "0 or more");
    ++answers_;
    seconds_ += answer.seconds;
    auto place = at_or_above(seen_.levels, answer.writers);
    if (place == seen_.levels.end() || place->writers != answer.writers) {
        place = seen_.levels.insert(place, Level{});
        place->writers = answer.writers;
    }
    place->add(answer);
    seen_.trials += answer.is_void ? 0 : 1;
    if (!answer.is_void && answer.locked_writers > 0) {
        ++seen_.trials_locked;
        locked_seconds_ += answer.seconds;
        seen_.first_lock = std::min(first_lock(), answer.writers);
    }
}

Level TrialHistory::level(int writers) const
{
    const auto found = at_or_above(levels(), writers);
    return found == levels().end() || found->writers != writers ? Level{} : *found;
}

double TrialHistory::share(const TrialAnswer& answer) const
{
    return std::max(answer.seconds / limits_.budget_s, 1.0 / limits_.trials_max);
}

double TrialHistory::clean_cost(int writers) const
{
    // The nearest level below that was clean, in proportion: a trial's start costs something too,
    // so this errs on the dear side. Nothing below: the nearest above, as it is.
    double cost = 0;
    for (const Level& level : levels()) {
        if (level.clean() == 0) {
            continue;
        }
        const double mean = level.clean_seconds / level.clean();
        if (level.writers > writers) {
            return cost > 0 ? cost : mean;
        }
        cost = mean * writers / level.writers;
    }
    return cost;
}

double TrialHistory::locked_cost() const
{
    return has_locked() ? locked_seconds_ / seen_.trials_locked : 0;
}

FirstLock TrialHistory::seen() const
{
    FirstLock seen = seen_;
    seen.seconds_left = seconds_left();
    for (const Level& level : levels()) {
        if (level.clean() > 0 && level.writers < first_lock()) {
            seen.holds = level.writers;
            seen.holds_p_high = 1;
        }
    }
    return seen;
}

} // namespace firstlock

#include "helpers/statistics/trial_history.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>

namespace firstlock {
namespace {

[[noreturn]] void refuse(const std::string& what, const std::string& found,
                         const std::string& accepted)
{
    throw std::invalid_argument(what + " is " + found + "; accepted: " + accepted);
}

SearchLimits checked(SearchLimits limits)
{
    // A billion leaves room for sums of levels in an int; no machine starts that many writers.
    if (limits.writers_max < 1 || limits.writers_max > 1'000'000'000) {
        refuse("writers_max", std::to_string(limits.writers_max), "1 to 1000000000");
    }
    if (limits.trials_max < 1) {
        refuse("trials_max", std::to_string(limits.trials_max), "1 or more");
    }
    if (!(limits.budget_s > 0) || !std::isfinite(limits.budget_s)) {
        refuse("budget_s", std::to_string(limits.budget_s), "seconds above 0");
    }
    return limits;
}

auto at_or_above(auto& levels, int writers)
{
    return std::ranges::lower_bound(levels, writers, {}, &Level::writers);
}

} // namespace

TrialHistory::TrialHistory(const SearchLimits& limits)
    : limits_(checked(limits)), first_lock_(limits.writers_max + 1)
{
}

void TrialHistory::add(const TrialAnswer& answer)
{
    if (answer.writers < 1 || answer.writers > limits_.writers_max) {
        refuse("the answer's writers", std::to_string(answer.writers),
               "1 to " + std::to_string(limits_.writers_max));
    }
    if (answer.locked_writers < 0 || answer.locked_writers > answer.writers) {
        refuse("the answer's locked_writers", std::to_string(answer.locked_writers),
               "0 to its writers, " + std::to_string(answer.writers));
    }
    if (!(answer.seconds >= 0) || !std::isfinite(answer.seconds)) {
        refuse("the answer's seconds", std::to_string(answer.seconds), "0 or more");
    }
    ++answers_;
    seconds_ += answer.seconds;
    auto place = at_or_above(levels_, answer.writers);
    if (place == levels_.end() || place->writers != answer.writers) {
        place = levels_.insert(place, Level{});
        place->writers = answer.writers;
    }
    place->add(answer);
    if (!answer.is_void && answer.locked_writers > 0) {
        ++trials_locked_;
        locked_seconds_ += answer.seconds;
        first_lock_ = std::min(first_lock_, answer.writers);
    }
}

Level TrialHistory::level(int writers) const
{
    const auto found = at_or_above(levels_, writers);
    return found == levels_.end() || found->writers != writers ? Level{} : *found;
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
    for (const Level& level : levels_) {
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
    return trials_locked_ > 0 ? locked_seconds_ / trials_locked_ : 0;
}

FirstLock TrialHistory::seen() const
{
    FirstLock seen;
    seen.writers_max = limits_.writers_max;
    seen.seconds_left = seconds_left();
    seen.levels = levels_;
    seen.trials_locked = trials_locked_;
    for (const Level& level : levels_) {
        seen.trials += level.trials;
        if (level.clean() > 0 && level.writers < first_lock_) {
            seen.holds = level.writers;
            seen.holds_p_high = 1;
        }
    }
    if (has_locked()) {
        seen.first_lock = first_lock_;
    }
    return seen;
}

} // namespace firstlock

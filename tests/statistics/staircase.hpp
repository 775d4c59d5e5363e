#pragma once

#include <algorithm>
#include <cmath>
#include <optional>
#include <vector>

#include "helpers/statistics/intervals.hpp"
#include "helpers/statistics/trial_history.hpp"

namespace firstlock::simulated {

/// The rival that FirstLockSearch was chosen over: Dixon and Mood's up-and-down method (JASA 43,
/// 1948). Doubling up to the first lock, then a quarter octave down after each lock and up after
/// each clean trial, until the limits are used up. m50 is the mean of the logarithms at which the
/// direction turned, after the first two, plus or minus 1.96 standard errors; holds is the largest
/// clean level below the first lock, with the bound of its own trials.
class Staircase {
  public:
    explicit Staircase(SearchLimits limits) : history_(limits) {}

    std::optional<int> next_writers() const
    {
        return history_.is_spent() ? std::nullopt : std::optional(writers_);
    }

    void tell(const TrialAnswer& answer)
    {
        history_.add(answer);
        const bool is_up = answer.locked_writers == 0;
        if (history_.has_locked() && is_up != was_up_) {
            turns_.push_back(std::log(answer.writers));
        }
        was_up_ = is_up;
        const double step = history_.has_locked() ? std::exp2(0.25) : 2;
        const double next = is_up ? std::ceil(writers_ * step) : std::floor(writers_ / step);
        writers_ = static_cast<int>(std::clamp(next, 1.0, 1.0 * history_.limits().writers_max));
    }

    FirstLock result() const
    {
        FirstLock found;
        found.writers_max = history_.limits().writers_max;
        found.levels = history_.summaries();
        for (const LevelSummary& level : found.levels) {
            if (level.locked_trials == 0 && level.writers < history_.first_lock()) {
                found.holds = level.writers;
                found.holds_p_high = upper_bound(0, level.trials);
            }
        }
        if (history_.has_locked()) {
            found.first_lock = history_.first_lock();
        }
        found.m50_low = {.place = WritersOrOutside::Place::below};
        found.m50_high = {.place = WritersOrOutside::Place::above};
        const double n = static_cast<double>(turns_.size()) - 2;
        if (n < 2) {
            found.m50_low.place =
                history_.has_locked() ? found.m50_low.place : found.m50_high.place;
            return found;
        }
        double sum = 0;
        double squares = 0;
        for (auto turn = turns_.begin() + 2; turn != turns_.end(); ++turn) {
            sum += *turn;
            squares += *turn * *turn;
        }
        const double mean = sum / n;
        const double error = std::sqrt(std::max(0.0, squares / n - mean * mean) / (n - 1));
        found.m50 = {.writers = std::exp(mean)};
        found.m50_low = {.writers = std::exp(mean - 1.96 * error)};
        found.m50_high = {.writers = std::exp(mean + 1.96 * error)};
        return found;
    }

  private:
    TrialHistory history_;
    int writers_ = 1;
    bool was_up_ = true;
    std::vector<double> turns_;
};

} // namespace firstlock::simulated

#pragma once

#include <algorithm>
#include <cmath>
#include <optional>
#include <vector>

#include "helpers/statistics/trial_history.hpp"

// What FirstLockSearch was chosen over; the calls and their contract are its own. `holds` is the
// largest clean level below the first lock, with the bound of its own trials.
namespace firstlock::simulated {

inline FirstLock with_bound_of_holds(FirstLock found, const TrialHistory& history)
{
    if (found.holds) {
        found.holds_p_high = upper_bound(history.level(*found.holds));
    }
    return found;
}

/// What people do by hand: one trial each at 1, 2, 4 … until one locks, then halving between the
/// largest M that passed and the smallest that locked. It takes one trial for the truth: its
/// "interval" of m50 is the last bracket, and a curve that is not monotone misleads it.
class PlainBisection {
  public:
    explicit PlainBisection(const SearchLimits& limits) : history_(limits) {}

    std::optional<int> next_writers() const
    {
        const int passed = history_.seen().holds.value_or(0);
        if (history_.is_spent() || history_.first_lock() <= passed + 1) {
            return std::nullopt;
        }
        if (!history_.has_locked()) {
            return passed == 0 ? 1 : std::min(history_.limits().writers_max, 2 * passed);
        }
        return passed + (history_.first_lock() - passed) / 2;
    }

    void tell(const TrialAnswer& answer) { history_.add(answer); }

    FirstLock result() const
    {
        FirstLock found = with_bound_of_holds(history_.seen(), history_);
        const int passed = found.holds.value_or(0);
        const int most = found.writers_max;
        found.m50_low = WritersOrOutside::first(passed == most ? most + 1 : passed, most);
        found.m50_high = WritersOrOutside::first(history_.first_lock(), most);
        return found;
    }

  private:
    TrialHistory history_;
};

/// Dixon and Mood's up-and-down method (JASA 43, 1948): doubling up to the first lock, then a
/// quarter octave down after each lock and up after each clean trial, until the limits are used up.
/// m50 is the mean of the logarithms at which the direction turned, after the first two, plus or
/// minus 1.96 standard errors.
class Staircase {
  public:
    explicit Staircase(const SearchLimits& limits) : history_(limits) {}

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
        using Place = WritersOrOutside::Place;
        FirstLock found = with_bound_of_holds(history_.seen(), history_);
        const double n = static_cast<double>(turns_.size()) - 2;
        if (n < 2) {
            found.m50_low.place = history_.has_locked() ? Place::below : Place::above;
            found.m50_high.place = Place::above;
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

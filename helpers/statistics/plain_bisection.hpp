#pragma once

#include <optional>

#include "helpers/statistics/first_lock.hpp"
#include "helpers/statistics/trial_history.hpp"

namespace firstlock {

/// What people do by hand, kept as the baseline that FirstLockSearch is compared with: one trial
/// each at 1, 2, 4 … until one locks, then halving between the largest M that passed and the
/// smallest that locked. It takes one trial for the truth: its bound on P(lock) at `holds` is that
/// of a single clean trial, its "interval" of m50 is the last bracket, and a curve that is not
/// monotone misleads it. The contract of the calls is that of FirstLockSearch.
class PlainBisection {
  public:
    explicit PlainBisection(SearchLimits limits) : history_(limits) {}

    std::optional<int> next_writers() const;
    void tell(const TrialAnswer& answer) { history_.add(answer); }
    FirstLock result() const;

  private:
    int largest_clean() const; // below the first lock; 0 where there is none
    TrialHistory history_;
};

} // namespace firstlock

#pragma once

#include <vector>

#include "helpers/statistics/first_lock.hpp"

namespace firstlock {

/// All answers of one search, added up per level: what was seen, and what it cost. Knows nothing
/// about where to look next.
class TrialHistory {
  public:
    /// Throws std::invalid_argument for limits that make no sense.
    explicit TrialHistory(const SearchLimits& limits);

    /// Throws std::invalid_argument for an answer that cannot be: writers outside 1 … writers_max,
    /// more locked writers than writers, negative counts or seconds.
    void add(const TrialAnswer& answer);

    const SearchLimits& limits() const { return limits_; }
    const std::vector<Level>& levels() const { return seen_.levels; } ///< ascending
    Level level(int writers) const;

    /// The smallest M that ever locked; writers_max + 1 where none did, so that it is a bound in
    /// either case.
    int first_lock() const { return seen_.first_lock.value_or(limits_.writers_max + 1); }
    bool has_locked() const { return seen_.first_lock.has_value(); }

    int answers() const { return answers_; }
    double seconds_left() const { return limits_.budget_s - seconds_; }
    bool is_spent() const { return seconds_left() <= 0 || answers_ >= limits_.trials_max; }

    /// The share of the limits that `answer` uses up: of the budget or of the trials, whichever is
    /// more.
    double share(const TrialAnswer& answer) const;

    /// The expected seconds of a trial, learned from the answers: 0 while nothing is known.
    double clean_cost(int writers) const;
    double locked_cost() const;

    /// What the trials say without any inference: m50 is left open, and `holds` is the largest M
    /// that passed below each that locked, with a bound of 1, which claims nothing.
    FirstLock seen() const;

  private:
    SearchLimits limits_;
    FirstLock seen_; // but for what seen() derives
    int answers_ = 0;
    double seconds_ = 0;
    double locked_seconds_ = 0;
};

} // namespace firstlock

#pragma once

#include <boost/describe/class.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace firstlock {

/// What a search may spend. Checked by whoever takes it: std::invalid_argument names the limit, its
/// value and what is accepted.
struct SearchLimits {
    int writers_max = 0; ///< the largest M that may be asked for, at least 1
    int trials_max = 0;  ///< answers in all, void ones included, at least 1
    double budget_s = 0; ///< of the answers, above 0; the trial that crosses it is the last
    std::uint64_t seed = 0;
};

/// How a trial with M writers ended. It is void when it says nothing about locks (design.md: failed
/// or unknown rows, no set-up), and locked when it is not void and has a locked writer.
struct TrialAnswer {
    int writers = 0;
    int locked_writers = 0; ///< from 0 to writers
    bool is_void = false;
    double seconds = 0; ///< what the trial cost
};

/// A number of writers, or the news that it lies outside 1 ... writers_max: `below` when already
/// one writer locks so often, `above` when writers_max writers do not.
struct WritersOrOutside {
    enum class Place { below, inside, above };
    Place place = Place::inside;
    double writers = 0; ///< meaningful inside only

    bool operator==(const WritersOrOutside&) const = default;
};

/// What is known about one M. The bounds are two-sided 95 % Clopper-Pearson bounds on P(lock): each
/// describes its level alone, as if its trials had been fixed in number beforehand.
struct LevelSummary {
    int writers = 0;
    int trials = 0; ///< without void ones
    int locked_trials = 0;
    int locked_writers = 0;
    int void_trials = 0;
    double p_low = 0;
    double p_high = 1;
};
BOOST_DESCRIBE_STRUCT(LevelSummary, (),
                      (writers, trials, locked_trials, locked_writers, void_trials, p_low, p_high))

/// What a search found. P(lock) is the probability that a trial with M writers has a locked writer.
struct FirstLock {
    std::optional<int> holds;           ///< below every M that ever locked; see FirstLockSearch
    std::optional<double> holds_p_high; ///< upper 95 % bound on P(lock) there
    std::optional<int> first_lock;      ///< the smallest M at which a trial saw a locked writer
    WritersOrOutside m50;               ///< the smallest M with P(lock) >= 1/2
    WritersOrOutside m50_low;           ///< 95 % interval of m50
    WritersOrOutside m50_high;
    int trials = 0; ///< without void ones
    int trials_locked = 0;
    std::vector<LevelSummary> levels; ///< ascending
    bool monotone = true;             ///< false: a fall of P(lock) with M is statistically real
    int writers_max = 0;
    /// "decided", "budget", "trials", "too many void trials: …", or "not stopped" while it goes on
    std::string stopped_because;
};
BOOST_DESCRIBE_STRUCT(FirstLock, (),
                      (holds, holds_p_high, first_lock, m50, m50_low, m50_high, trials,
                       trials_locked, levels, monotone, stopped_because))

} // namespace firstlock

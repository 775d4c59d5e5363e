#pragma once

#include "helpers/statistics/tally.hpp"
#include "helpers/statistics/wait_curve.hpp"

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
    /// The busy timeout that is asked about, in ms, and how its handler goes by it.
    double timeout_ms = 0;
    HandlerClock clock = HandlerClock::sqlite;
};

/// How a trial with M writers ended. It is void when it says nothing about locks (design.md: failed
/// or unknown rows, no set-up), and locked when it is not void and has a locked writer.
struct TrialAnswer {
    int writers = 0;
    int locked_writers = 0; ///< from 0 to writers
    bool is_void = false;
    double seconds = 0; ///< what the trial cost
    /// Ran under a longer timeout than the one asked about: it tells how long a crowd waits, not
    /// whether it is refused.
    bool is_ample = false;
    /// The longest wait of a single statement in ms, as far as is known, and whether it would have
    /// been longer; nothing where no clock was read.
    std::optional<double> waited_ms{};
    bool is_censored = false;
    bool is_refused_at_once = false; ///< before the timeout was waited out
};

/// So many void trials in a row at one M end a search or a gate's test: something else is wrong
/// than locks.
constexpr int void_in_a_row_max = 5;

/// All trials with one number of writers under the timeout itself, and their longest waits. Bounds
/// on P(lock) from its tally (tally.hpp) describe this level alone, as if its trials had been fixed
/// in number beforehand.
struct Level : Tally {
    int writers = 0;
    int locked_writers = 0;
    int void_trials = 0;
    int void_in_a_row = 0;
    /// Of the trials under an ample timeout too. A censored one stands with what was waited until
    /// then among those that are longer than any other.
    std::vector<double> waits_ms, censored_waits_ms;

    void add(const TrialAnswer& answer)
    {
        void_in_a_row = answer.is_void ? void_in_a_row + 1 : 0;
        void_trials += answer.is_void ? 1 : 0;
        if (!answer.is_void && !answer.is_ample) {
            Tally::add(answer.locked_writers > 0);
            locked_writers += answer.locked_writers;
        }
        if (answer.waited_ms && (!answer.is_void || answer.is_censored)) {
            (answer.is_censored ? censored_waits_ms : waits_ms).push_back(*answer.waited_ms);
        }
    }
};

/// What a search found. P(lock) is the probability that a trial with M writers has a locked writer.
/// All but `m50` and `curve` is what was seen, under the timeout itself and free of assumptions.
struct FirstLock {
    /// The largest M, below every M that ever locked, all of whose trials were clean.
    std::optional<int> holds;
    std::optional<int> holds_trials; ///< how many those were
    /// Upper 95 % bound on P(lock) there, shared out over all levels that might have been the one
    /// (Bonferroni); null while it is above 20 %.
    std::optional<double> holds_p_high;
    std::optional<int> first_lock; ///< the smallest M at which a trial saw a locked writer
    std::optional<int> waited_at;  ///< the largest M whose longest wait was seen whole
    WritersOrOutside m50;          ///< curve.half, for readers of schema 1
    WritersOrOutside m50_low;
    WritersOrOutside m50_high;
    int trials = 0;                  ///< under the timeout itself, without void ones
    int trials_locked = 0;           ///< of these
    std::optional<int> ample_trials; ///< under a longer one; null in schema 1
    std::vector<Level> levels;       ///< ascending
    bool monotone = true;            ///< false: the curve falls
    std::optional<WaitCurve> curve;  ///< null in schema 1
    int writers_max = 0;
    double seconds_left = 0; ///< of the budget
    /// "decided", "budget", "trials", "does not wait", "too many void trials: …", or "not stopped"
    /// while it goes on
    std::string stopped_because;
};
BOOST_DESCRIBE_STRUCT(FirstLock, (),
                      (holds, holds_trials, holds_p_high, first_lock, waited_at, m50, m50_low,
                       m50_high, trials, trials_locked, ample_trials, levels, monotone, curve,
                       stopped_because))

/// What the curve makes of an answer; nothing where it is no evidence of waits.
std::optional<LongestWaitSeen> wait_seen(const TrialAnswer& answer, HandlerClock clock);

} // namespace firstlock

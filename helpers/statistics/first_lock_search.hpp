#pragma once

#include <array>
#include <optional>
#include <string>

#include "helpers/statistics/confirmations.hpp"
#include "helpers/statistics/first_lock.hpp"
#include "helpers/statistics/threshold_set.hpp"
#include "helpers/statistics/trial_history.hpp"

namespace firstlock {

/// Finds, by asking for trials and being told how they ended, how many writers a set-up holds
/// before a lock appears. Pure: no clock and no randomness of its own, so that the same limits and
/// answers give the same questions on every platform.
///
/// Use: while next_writers() gives an M, run a trial with M writers and tell() how it ended. To
/// resume, tell() the earlier answers in their order before the first next_writers(): the search
/// goes on as if it had never stopped, and their seconds and trials count against the limits, which
/// may be higher now. Answers for an M that was not asked for are welcome, as long as M was not
/// picked after a look at how its trial ended. The search stops by itself: when its questions are
/// decided, when the budget or the trials are used up, or after five void trials in a row at one M,
/// which it does not go around.
///
/// What it reports
///  - first_lock: the smallest M that locked.
///  - holds: an M below each M that ever locked, with a bound on P(lock) from trials that were
///    run after that M was chosen (confirmations.hpp says why that bound is honest). The largest
///    M whose bound is 10 % or less, else the M with the smallest bound. Until a fresh trial has
///    been run: the largest M that passed, with a bound of 1, which claims nothing.
///  - m50: the smallest M with P(lock) >= 1/2 and a 95 % confidence set for it, which holds for
///    each curve that does not fall, at any moment (threshold_set.hpp).
///  - monotone: false when no curve that does not fall fits: each m is rejected for which
///    "P(lock) is below 1/10 under m, and at least 1/10 from m on" might be true (a set of the
///    same kind). A curve that does not fall is called falling with a probability of at most 5 %.
///    m50 means little once a curve falls: its interval is then all that is possible.
///
/// How it spends the budget. A locked trial costs a whole busy timeout, a clean one some
/// milliseconds:
///  1. scan: 1, 2, 4 … up to the first lock, once each.
///  2. patrol: five trials in each octave below half of that, at random M, since P(lock) may well
///     fall with M: up to a tenth of the limits.
///  3. confirm: half the first lock (or writers_max), further down after each failure.
///  4. fall: writers_max, once; if it passes although something below locked, the rungs in
///     between, and then whatever shows that the curve falls: up to half of the limits.
///  5. climb and halfway, whichever has spent less: rungs between holds and the first lock until
///     they are within 15 %; trials for m50 (halfway.hpp) until its interval is narrow.
///  6. confirm further what holds (Confirmations::deepen), every fifth trial a patrol.
///
/// It was chosen over plain doubling and bisection and over Dixon and Mood's up-and-down staircase
/// (no longer in the tree: they had lost), on simulated set-ups: 200 runs each, 60 s, up
/// to 1000 writers, a clean trial 0.02 s + 0.5 ms per writer, a lock 5 s more. First the share of
/// runs whose interval covers m50, then the median of holds with its bound ("oracle": knows the
/// curve):
///
///     set-up            search            plain            staircase         oracle holds
///     steep at 100      100 %  73 (4 %)    13 %  99 (95 %)  100 %  89 (53 %)     69
///     shallow at 200    100 %   3 (5 %)     2 % 125 (95 %)   42 % 107 (95 %)      0
///     step at 150       100 % 144 (3 %)   100 % 149 (95 %)    0 % 128 (95 %)    149
///     plateau at 0.3    100 %  59 (3 %)    12 % 122 (95 %)    1 % 107 (95 %)     59
///     timeout 0         100 %   1 (1 %)    47 %   3 (95 %)    3 %   1 (2 %)       1
///
/// The staircase gives a narrower m50 on a steep curve (94-108; here 84 to above at 60 s, 84-117
/// after 121 s) and a wrong one wherever the curve is no smooth rise; half of its trials lock, so
/// it has nothing left to confirm what holds, and it never sees a fall. Bisection takes one trial
/// for the truth. Over 2,000 runs with other seeds, at 10, 60 and 300 s, the interval of m50
/// covered the truth in 99.6 % or more, holds was below each locked M in all, and the true P(lock)
/// was above its bound in at most 0.2 %, on flat curves made to mislead (P = 1 to 15 % at every M)
/// in at most 0.8 %. What it costs: m50 takes ten to twenty timeouts to be closed from above, and a
/// fall such as the one of WAL at FULL (half at 100, none at 1000) takes about 110 s to be certain:
/// seen in 2 % of runs of 60 s, half of 120 s, 94 % of 300 s. `ctest -V -R
/// 'statistics.*seconds'` prints the search's figures.
class FirstLockSearch {
  public:
    /// Throws std::invalid_argument that names the limit, its value and what is accepted.
    explicit FirstLockSearch(SearchLimits limits);

    /// The M of the next trial; nothing once the search has stopped. Asking twice without telling
    /// asks the same.
    std::optional<int> next_writers() const
    {
        return plan_ ? std::optional(plan_->writers) : std::nullopt;
    }

    /// Throws std::invalid_argument for an answer that cannot be; the search is unchanged then.
    void tell(const TrialAnswer& answer);

    /// What is known so far; may be read at any time.
    FirstLock result() const;

  private:
    enum class Purpose { scan, patrol, confirm, fall, climb, halfway };
    struct Plan {
        int writers;
        Purpose purpose;
    };

    std::optional<Plan> make_plan();
    std::optional<int> scan() const;
    std::optional<int> patrol(int depth) const;
    std::optional<int> candidate() const;
    std::optional<int> fall() const;
    std::optional<int> sweep() const;
    std::optional<int> climb() const;
    std::optional<int> halfway() const;
    std::optional<Plan> deepen();

    bool can_pay_a_lock() const;
    double random() const;
    double& spent(Purpose purpose) { return spent_[static_cast<std::size_t>(purpose)]; }
    double spent(Purpose purpose) const { return spent_[static_cast<std::size_t>(purpose)]; }

    TrialHistory history_;
    ThresholdSet half_;
    ThresholdSet tenth_;
    Confirmations confirmations_;
    std::array<double, 6> spent_{};
    std::optional<Plan> plan_;
    std::string stopped_because_;
};

} // namespace firstlock

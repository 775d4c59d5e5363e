#pragma once

#include <optional>
#include <vector>

namespace firstlock {

/// Upper 95 % bounds on P(lock) at numbers of writers that were *chosen by looking at earlier
/// trials*.
///
/// The danger: of many levels the luckiest looks best, so the trials that led to a choice must not
/// vouch for it. Therefore an M is opened first and vouched for by later, fresh trials only; one
/// lock at or below it ends it.
///  1. One M: after n clean fresh trials the bound is 1 - a^(1/n), Clopper-Pearson's. It may be
///     read at any time: it is false at some n only if the first n(p) trials were clean, n(p) the
///     first n at which it falls below the true p, and that has a probability of less than a.
///  2. Several M, one after the other, all at one a: an M is left for a next one only once its
///     bound has come down to `wanted` (a fixed number), so the first M with p > wanted is the
///     only chance of an error, and it is taken with a probability of less than a (the fixed-
///     sequence rule: Maurer, Hothorn and Lehmacher, 1995). An M whose bound is driven lower
///     still (deepen()) is the last of its stage, or the argument would not hold.
///  3. The end of an M by a lock, or a deepened one left, begins a next stage at a smaller a.
///     Stage 1, 2, 3 … gets a = 0.05/(1*2), 0.05/(2*3), 0.05/(3*4) …, which add up to 0.05.
/// So with 95 % no bound reported is below the truth, whatever the curve and the rule that picked
/// the M: successes are free and only failures cost. Not valid where M is picked after a look at
/// the trial it is picked for.
class Confirmations {
  public:
    static constexpr double wanted = 0.05;   ///< an M with this bound is confirmed
    static constexpr double passable = 0.10; ///< good enough to be preferred over a lower M

    struct Bound {
        int writers;
        double p_high;
    };

    /// Lets fresh trials count for `writers` from now on.
    void open(int writers);

    /// Lets the trials of `writers`, which is confirmed(), count beyond `wanted`, down to 1 % in
    /// the first stage, 2 % in the second, and so on: where confirmations have failed the curve is
    /// shallow, and more trials would buy a better bound with a smaller M.
    void deepen(int writers);

    /// Takes note of a trial, at whatever M.
    void tell(int writers, bool is_locked);

    /// The M that waits for clean trials until its bound is `wanted`, or as low as deepen() says.
    std::optional<int> waiting() const;

    /// How many clean trials `waiting` lacks; or, with nothing waiting, what an M opened now would
    /// take.
    int trials_missing() const;

    /// The largest M that is confirmed and has not ended, and whether it is being deepened.
    std::optional<int> confirmed() const;
    bool is_deepened() const;

    /// How many M ended since one was last confirmed.
    int failures_in_a_row() const { return failures_in_a_row_; }

    /// What to report: the largest M with a bound of at most `passable`, else the M with the
    /// smallest bound.
    std::optional<Bound> best() const;

  private:
    struct Candidate {
        int writers;
        double alpha;
        int needed; // clean trials until confirmed
        int target; // clean trials that count
        int clean = 0;
        bool is_deepened = false;
        bool is_ended = false;
    };
    double alpha() const;

    std::vector<Candidate> candidates_;
    int stage_ = 1;
    int failures_in_a_row_ = 0;
};

} // namespace firstlock

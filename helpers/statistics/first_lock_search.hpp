#pragma once

#include <optional>
#include <string>
#include <vector>

#include "helpers/statistics/first_lock.hpp"

namespace firstlock {

/// A trial to run: with so many writers, under the timeout asked about or the ample one.
struct TrialQuestion {
    int writers = 0;
    bool is_ample = false;
    double timeout_ms = 0;

    bool operator==(const TrialQuestion&) const = default;
};

/// Finds how many writers a timeout holds, and what timeout a crowd needs, by asking for trials and
/// being told how they ended. Pure: no clock and no randomness of its own, so that the same limits
/// and answers give the same questions.
///
/// Use: while next() gives a question, run that trial and tell() how it ended. To resume, tell()
/// the earlier answers in their order before the first next(): the search goes on as if it had
/// never stopped, and their seconds and trials count against the limits, which may be higher now.
/// Answers for what was not asked for are welcome (witness()), as long as their M was not picked
/// after a look at how they ended.
///
/// How it spends the budget:
///  1. scan: 2, 4, 8 … once each under the timeout asked about, until a crowd waits a third of it,
///     or is locked.
///  2. blocks: levels on a grid of half octaves around the M at which the curve so far expects half
///     of the trials to lock, or from 10 to writers_max where it expects none to. In random order
///     within each block, so that a machine that drifts does not pass for a curve. From half the
///     timeout on under an ample one, of twice the timeout: such a trial ends as soon as a writer
///     has waited as long.
///  3. seen: in between, as soon as they have had less than a third of the budget, trials under the
///     timeout itself at levels where one in twenty to one in two are expected to lock: what is
///     reported as seen comes from such trials only.
/// It stops when its limits are used up, when the answers are sharp, when nothing waits (timeout 0,
/// or refusals at once: a handful of trials), or after five void trials in a row at one M.
///
/// It took the place of a search over counts of locked trials (one bit a trial) in which m50 was a
/// confidence set of betting martingales; tests/statistics/README.md compares both on the same
/// simulated set-ups.
class FirstLockSearch {
  public:
    /// Throws std::invalid_argument that names the limit, its value and what is accepted.
    explicit FirstLockSearch(SearchLimits limits);

    /// The next trial; nothing once the search has stopped. Asking twice without telling asks the
    /// same.
    std::optional<TrialQuestion> next() const { return plan_; }

    /// Throws std::invalid_argument for an answer that cannot be; the search is unchanged then.
    void tell(const TrialAnswer& answer);

    /// The same for a trial that was made for another purpose: it costs this search nothing.
    void witness(TrialAnswer answer);

    /// What is known so far; may be read at any time. seen() leaves the curve out, which takes
    /// milliseconds.
    FirstLock seen() const;
    FirstLock result() const;

  private:
    std::optional<TrialQuestion> make_plan();
    std::optional<TrialQuestion> scan() const;
    std::optional<TrialQuestion> seen_at_timeout() const;
    void fill_block();
    bool does_not_wait() const;
    bool seen_clean_from(double writers) const;
    bool is_decided() const;

    TrialQuestion question(int writers, bool may_be_ample) const;
    double cost_s(const TrialQuestion& question) const;
    double expected_wait(int writers) const;
    double writers_expected_at(double share) const;
    /// Whether a half-point is beyond what trials can close in on.
    bool is_far(double half) const { return half > 1.5 * limits_.writers_max; }
    const Level* level(int writers) const;
    int on_grid(double writers) const;
    std::uint64_t random() const;

    SearchLimits limits_;
    double ample_ms_;
    std::vector<LongestWaitSeen> waits_; // in order
    FirstLock seen_;                     // but for what result() derives
    std::vector<TrialQuestion> block_;   // what is left of it
    int blocks_ = 0;
    int answers_ = 0;
    double seconds_ = 0, seen_seconds_ = 0;
    double seconds_per_writer_ = 0; // beside the wait, at the dearest
    std::optional<TrialQuestion> plan_;
    std::string stopped_because_;
};

} // namespace firstlock

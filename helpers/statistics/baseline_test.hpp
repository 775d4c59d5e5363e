#pragma once

#include "helpers/statistics/sequential_test.hpp"

#include <limits>
#include <optional>
#include <vector>

namespace firstlock {

/// A wait that ended at a refusal, or would have.
constexpr double longer_than_any = std::numeric_limits<double>::infinity();

/// With how many chances in a hundred a change has to be seen for a test to count as one of it.
constexpr double power_asked = 0.8;

/// The smallest share of locked trials among `trials` new ones of which locked_more_often() (at
/// `alpha`, against this very baseline) is told with `power_asked`: exact, by the binomial
/// distribution. Nothing where not even all of them locked would tell.
std::optional<double> share_seen(Tally baseline, int trials, double alpha);

/// The smallest factor on all waits which waited_longer() tells with `power_asked`, for log-normal
/// waits: that of Student's test with the samples larger by 3/pi, the asymptotic relative
/// efficiency of Mann and Whitney's (Hodges and Lehmann, "The efficiency of some nonparametric
/// competitors of the t-test", Annals of Mathematical Statistics 27, 1956). The spread is the
/// baseline's upper 80 % bound: a dozen waits may lie close together by chance. Nothing where the
/// spread is not known (below three waits, all equal, or half of them longer than any), or where
/// not even waits that are all longer would tell.
std::optional<double> factor_seen(const std::vector<double>& baseline_ms, int trials, double alpha);

/// What is known of a level: trials under the timeout, and longest waits in ms.
struct LevelEvidence {
    Tally counts;
    std::vector<double> waits_ms;
};

/// Compares new trials of a level with its baseline: locked trials by Fisher's exact test
/// (tally.hpp), longest waits by Mann and Whitney's (mann_whitney.hpp), both one-sided, each at an
/// equal part of `alpha` (Bonferroni); a baseline without waits has the former alone.
///
/// It looks after each trial, and ends as soon as the rest could not change what it says (curtailed
/// sampling), so `alpha` holds. Void trials are evidence of neither: the level is worse only if it
/// would be were they stored at once, and no worse only if it would be were they locked. It is *no
/// worse* only where the test would have seen what is asked of it: waits twice as long, or a share
/// of locked trials that is 50 points larger.
class BaselineTest {
  public:
    static constexpr double factor_asked = 2;
    static constexpr double points_asked = 0.5;

    BaselineTest(LevelEvidence baseline, int trials, double alpha);

    /// A trial that is not void; nothing for a wait that nobody knows.
    void tell(bool is_locked, std::optional<double> wait_ms);
    void tell_void();

    /// Kept where the level is no worse, broken where it is.
    PromiseVerdict verdict() const;
    bool has_ended() const { return told_ != PromiseVerdict::undecided || left() == 0; }

    bool has_waits() const { return !baseline_.waits_ms.empty(); }
    bool sees_what_is_asked() const;
    std::optional<double> share_seen() const { return share_seen_; }
    std::optional<double> factor_seen() const { return factor_seen_; }
    double share_asked() const { return share_in_baseline() + points_asked; }
    double share_in_baseline() const;

    /// What p may be when all trials were run, and at what it is held against.
    Interval p_of_counts() const { return p_of_counts_; }
    Interval p_of_waits() const { return p_of_waits_; }
    double alpha_each() const { return alpha_ / (has_waits() ? 2 : 1); }

    const LevelEvidence& baseline() const { return baseline_; }
    const LevelEvidence& seen() const { return seen_; }
    int planned() const { return trials_; }

  private:
    int left() const { return trials_ - seen_.counts.trials - voids_; }
    void look();

    LevelEvidence baseline_;
    int trials_;
    double alpha_;
    std::optional<double> share_seen_, factor_seen_;
    LevelEvidence seen_{};
    int voids_ = 0;
    Interval p_of_counts_, p_of_waits_;
    PromiseVerdict told_ = PromiseVerdict::undecided; ///< by the p-values alone
};

} // namespace firstlock

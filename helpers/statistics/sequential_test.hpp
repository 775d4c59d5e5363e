#pragma once

#include <boost/describe/class.hpp>
#include <boost/describe/enum.hpp>

#include "helpers/statistics/tally.hpp"

namespace firstlock {

/// A promise about P(lock), the probability that a trial has a locked writer: at most `tolerated`
/// is fine, `refuted` or more is not, and in between either verdict is right. Here 0 <= tolerated <
/// refuted < 1, and 0.5 <= confidence < 1.
struct PromiseTerms {
    double tolerated = 0.01;
    double refuted = 0.05;
    double confidence = 0.95;
};
BOOST_DESCRIBE_STRUCT(PromiseTerms, (), (tolerated, refuted, confidence))

/// `terms`; throws std::invalid_argument that names the term, its value and what is accepted.
const PromiseTerms& checked(const PromiseTerms& terms);

enum class PromiseVerdict { undecided, kept, broken };
BOOST_DESCRIBE_ENUM(PromiseVerdict, undecided, kept, broken)

/// Two bounds that hold P(lock) between them with the confidence given *at all times together*,
/// hence also at a moment picked by looking at them. No trial gives [0, 1]. Throws as
/// clopper_pearson() does.
///
/// They are the P at which the capital of Robbins' mixture martingale ("Statistical Methods Related
/// to the Law of the Iterated Logarithm", Annals of Mathematical Statistics 41, 1970) is below
/// 1/alpha (Ville's inequality). Half of the mixture is Jeffreys' prior Beta(1/2, 1/2) and half
/// sits at P = 0, the usual case here: after n clean trials the upper bound is about
/// 1 - (alpha/2)^(1/n).
Interval anytime_bounds(Tally seen, double confidence = 0.95);

/// Decides a promise with as few trials as can be, in either direction, looking after each one.
///
/// The verdict is Wald's sequential probability ratio test ("Sequential Tests of Statistical
/// Hypotheses", Annals of Mathematical Statistics 16, 1945) of `tolerated` against `refuted`, which
/// of all tests with its error rates needs the fewest trials at both. Its boundaries are 1/alpha
/// and alpha with alpha = 1 - confidence: a little wider than Wald's own (1-alpha)/alpha, which
/// overrun alpha by up to a factor of 1/(1-alpha). A promise with P(lock) <= tolerated is called
/// broken, and one with P(lock) >= refuted is called kept, with a probability of at most alpha,
/// however long the test runs. The first verdict stands; later trials only count.
class SequentialTest {
  public:
    /// Throws as checked() does.
    explicit SequentialTest(const PromiseTerms& terms) : terms_(checked(terms)) {}

    void tell(bool is_locked);

    PromiseVerdict verdict() const { return verdict_; }
    Tally seen() const { return seen_; }
    Interval bounds() const { return anytime_bounds(seen_, terms_.confidence); }

    /// How many clean trials in a row would decide "kept" from here on: 299 from the start for
    /// {0, 0.01, 0.95}; 0 once there is a verdict.
    int clean_trials_needed() const;

  private:
    PromiseTerms terms_;
    double log_ratio_ = 0; // of the likelihoods, refuted over tolerated
    Tally seen_;
    PromiseVerdict verdict_ = PromiseVerdict::undecided;
};

/// A sequential test of up to `trials_max` trials, some of which say nothing: who is refused
/// otherwise than by a lock, or hangs, was not served either, so a promise is kept only if it would
/// be were those trials locked.
class PromiseTest {
  public:
    /// Throws as checked() does.
    PromiseTest(const PromiseTerms& terms, int trials_max)
        : test_(terms), with_void_as_locked_(terms), trials_max_(trials_max)
    {
    }

    void tell(bool is_locked);
    void tell_void() { with_void_as_locked_.tell(true); }

    PromiseVerdict verdict() const
    {
        return is_doubtful() ? PromiseVerdict::undecided : test_.verdict();
    }
    /// Whether there is a verdict, or no more trials can bring one.
    bool has_ended() const;
    /// Whether there is no verdict for what the void trials may have been.
    bool is_undecided_by_voids() const;

    Interval bounds() const { return test_.bounds(); } ///< void trials left out
    int clean_trials_needed() const { return with_void_as_locked_.clean_trials_needed(); }

  private:
    bool is_doubtful() const
    {
        return test_.verdict() == PromiseVerdict::kept &&
               with_void_as_locked_.verdict() != PromiseVerdict::kept;
    }

    SequentialTest test_, with_void_as_locked_;
    int trials_max_;
};

} // namespace firstlock

#pragma once

#include <stdexcept>
#include <string>

namespace firstlock {

/// Trials under equal conditions, void ones left out, and how many of them locked.
struct Tally {
    int locked = 0;
    int trials = 0;

    int clean() const { return trials - locked; }
    void add(bool is_locked)
    {
        ++trials;
        locked += is_locked ? 1 : 0;
    }
};

/// Two bounds on a probability.
struct Interval {
    double low = 0;
    double high = 1;
};

// What follows throws std::invalid_argument for a negative count, more locked than trials, or a
// confidence outside (0, 1). The number of trials has to be fixed beforehand; where it was not,
// anytime_bounds() (sequential_test.hpp) hold.

/// The exact two-sided bounds of Clopper and Pearson ("The use of confidence or fiducial limits
/// illustrated in the case of the binomial", Biometrika 26, 1934) on P(lock), as Boost.Math
/// computes them. No trial gives [0, 1].
Interval clopper_pearson(const Tally& seen, double confidence = 0.95);

/// The one-sided upper bound of the same kind, with a confidence above 0.5: after 59 clean trials
/// 0.0495. No trial gives 1.
double upper_bound(Tally seen, double confidence = 0.95);

/// The one-sided p-value of Fisher's exact test (R. A. Fisher, "Statistical Methods for Research
/// Workers", section 21.02) that `now` locks no more often than `baseline`: the probability, were
/// both the same, that of all locked trials as many as seen or more fall into `now`. Small means
/// that locks have become more frequent. No trial on a side gives 1: nothing is shown.
double locked_more_often(Tally baseline, Tally now);

/// Throws as said above.
void check(Tally seen, double confidence);

/// Throws std::invalid_argument "WHAT is VALUE; accepted: ACCEPTED" unless it is.
template <typename Value>
void check(bool is_accepted, const std::string& what, Value value, const std::string& accepted)
{
    if (!is_accepted) {
        throw std::invalid_argument(what + " is " + std::to_string(value) +
                                    "; accepted: " + accepted);
    }
}

} // namespace firstlock

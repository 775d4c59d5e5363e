#pragma once

namespace firstlock {

/// Two bounds on a probability.
struct Interval {
    double low = 0;
    double high = 1;
};

/// The exact two-sided bounds of Clopper and Pearson ("The use of confidence or fiducial limits
/// illustrated in the case of the binomial", Biometrika 26, 1934) on a probability of which
/// `locked` of `trials` were seen, as Boost.Math computes them. No trial gives [0, 1]. The number
/// of trials has to be fixed beforehand; where it was not, AnytimeBounds (sequential_test.hpp)
/// hold. Throws std::invalid_argument for a negative count, more locked than trials, or a
/// confidence outside (0, 1).
Interval clopper_pearson(int locked, int trials, double confidence = 0.95);

/// The one-sided upper bound of the same kind: after 59 clean trials 0.0495. No trial gives 1.
/// Throws likewise.
double upper_bound(int locked, int trials, double confidence = 0.95);

} // namespace firstlock

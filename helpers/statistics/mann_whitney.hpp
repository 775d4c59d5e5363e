#pragma once

#include <vector>

namespace firstlock {

/// The one-sided p-value of Mann and Whitney's test ("On a test of whether one of two random
/// variables is stochastically larger than the other", Annals of Mathematical Statistics 18, 1947)
/// that the waits of `now` are no longer than those of `baseline`; small means that they have
/// become longer. A wait that is longer than any other is infinite, and two such are equal. Waits
/// that are equal share their ranks.
///
/// With up to 12 waits on one side and 80 in all it is exact: the share of all ways to deal out the
/// ranks that favour `now` as much. Beyond, it is the normal approximation with the correction for
/// ties and the one for continuity (Hollander and Wolfe, "Nonparametric Statistical Methods",
/// section 4.1). No wait on a side gives 1: nothing is shown. Throws std::invalid_argument for a
/// NaN.
double waited_longer(const std::vector<double>& baseline, const std::vector<double>& now);

} // namespace firstlock

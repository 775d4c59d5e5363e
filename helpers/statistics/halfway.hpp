#pragma once

#include <map>

#include "helpers/statistics/first_lock.hpp"
#include "helpers/statistics/threshold_set.hpp"
#include "helpers/statistics/trial_history.hpp"

namespace firstlock {

/// Where to look for the M at which half of the trials lock, by probabilistic bisection (Horstein, 1963;
/// Waeber, Frazier and Henderson, "Bisection Search with Noisy Responses", SIAM J. Control Optim. 51, 2013): each
/// answer moves belief over log M to its side, 7 to 3. Not the median of that belief is asked for next but the
/// quantile that brings the most bits per second: where a lock costs a timeout of seconds and a clean trial
/// milliseconds, it pays to come from below. Once the place is known within a factor of 1.3, the trial goes to
/// whichever end of `range` is farther off.
int halfway_query(const TrialHistory& history, const ThresholdSet::Range& range);

/// Whether a `range` of m50 leaves nothing to ask for: outside 1 … writers_max, two neighbours, or within a factor
/// of 1.3.
bool is_narrow(const ThresholdSet::Range& range, int writers_max);

/// The M at which the isotonic regression of the locked shares (pool adjacent violators: Ayer et al., Annals of
/// Mathematical Statistics 26, 1955) crosses one half, interpolated in log M.
WritersOrOutside halfway_estimate(const TrialHistory& history);

} // namespace firstlock

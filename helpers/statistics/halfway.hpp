#pragma once

#include "helpers/statistics/first_lock.hpp"
#include "helpers/statistics/threshold_set.hpp"
#include "helpers/statistics/trial_history.hpp"

namespace firstlock {

/// Where to look for the M at which half of the trials lock; `half` is the confidence set so far
/// and `range` what it leaves.
///
/// First by probabilistic bisection (Horstein, 1963; Waeber, Frazier and Henderson, "Bisection
/// Search with Noisy Responses", SIAM J. Control Optim. 51, 2013): each answer moves belief over
/// log M to its side, and of all quantiles of the belief the one is asked for that brings the most
/// bits per second. Where a lock costs a timeout of seconds and a clean trial milliseconds, that is
/// below the median. Once the place is known within two octaves, trials go where they shrink the
/// set: to the end that is farther off, at the M nearest to the middle that is likely to answer
/// clearly.
int halfway_query(const TrialHistory& history, const ThresholdSet& half,
                  const ThresholdSet::Range& range);

/// Whether a `range` of m50 leaves nothing to ask for: it lies outside 1 … writers_max, or inside
/// and is two neighbours or within a factor of 1.5.
bool is_narrow(const ThresholdSet::Range& range, int writers_max);

/// The M at which the isotonic regression of the locked shares (pool adjacent violators: Ayer et
/// al., Annals of Mathematical Statistics 26, 1955) crosses one half, interpolated in log M.
WritersOrOutside halfway_estimate(const TrialHistory& history);

} // namespace firstlock

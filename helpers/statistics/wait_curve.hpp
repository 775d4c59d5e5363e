#pragma once

#include "helpers/statistics/handler_clock.hpp"

#include <boost/describe/class.hpp>
#include <boost/describe/enum.hpp>

#include <cstdint>
#include <optional>
#include <vector>

namespace firstlock {

/// The longest wait of one trial, of a single statement, on the clock by which its busy handler
/// gives up: nominal sleeps for SQLite's own, the time since the handler's first call for others.
///
/// The law of it: until its first refusal a trial under a timeout T and one under a longer timeout
/// are the same process, since a handler looks at its timeout only to give up. So the probability
/// that a trial with M writers under T sees a refusal is that of its longest wait W > T, and a
/// trial under a long timeout answers for every shorter one (tests/transactions/longest_wait.cpp
/// holds it against real trials). Exact where T is one of the sums of SQLite's delays; between two
/// of them they bracket it.
struct LongestWaitSeen {
    int writers = 0;
    double above_ms = 0;              ///< W is above this, 0 included where it is 0,
    std::optional<double> up_to_ms{}; ///< and no more than this; nothing: censored
    bool is_refused_at_once = false;  ///< a refusal that no timeout changes was seen

    /// W where it is known.
    std::optional<double> wait_ms() const { return up_to_ms; }
};

/// A number of writers, or the news that it lies outside what was tried, with a margin: `below`
/// when already the fewest that were tried lock so often, `above` when twice the most do not.
struct WritersOrOutside {
    enum class Place { below, inside, above };
    Place place = Place::inside;
    double writers = 0; ///< meaningful inside only

    bool operator==(const WritersOrOutside&) const = default;
};

struct WritersEstimate {
    WritersOrOutside writers, low, high; ///< 95 % interval
};
BOOST_DESCRIBE_STRUCT(WritersEstimate, (), (writers, low, high))

/// `ms` and `high` are null where they lie beyond twice the longest wait that was seen, or tried
/// for; all three where nothing could be fitted.
struct TimeoutEstimate {
    std::optional<double> ms, low, high; ///< 95 % interval
};
BOOST_DESCRIBE_STRUCT(TimeoutEstimate, (), (ms, low, high))

/// The timeouts under which half, and one in twenty, of the trials with `writers` are locked.
struct TimeoutNeeded {
    int writers = 0;
    TimeoutEstimate half, twentieth;
};
BOOST_DESCRIBE_STRUCT(TimeoutNeeded, (), (writers, half, twentieth))

/// How the longest wait goes with M, among the trials of the fit.
enum class CurveShape {
    unknown,       ///< too few trials
    does_not_wait, ///< timeout 0, or most trials were refused at once, which no timeout changes
    rising,
    flat,    ///< no rise or fall that chance could not have made
    falling, ///< with more writers the wait is shorter
};
BOOST_DESCRIBE_ENUM(CurveShape, unknown, does_not_wait, rising, flat, falling)

/// The model: log W = level + slope log(M) + spread e with e of the logistic distribution, whose
/// tails leave room for what is not quite so; fitted to the trials in a window around what
/// is asked for, since the slope changes slowly with M. Everything in it is inferred; what was seen
/// stands beside it (FirstLock).
struct WaitCurve {
    CurveShape shape = CurveShape::unknown;
    int trials = 0;   ///< that the fit around `half` rests on
    int censored = 0; ///< of these
    /// Left out of it: their writers fell out of step, and waited far less than all others
    /// (more than four robust standard deviations).
    int strays = 0;
    std::optional<double> slope, spread; ///< of log W; spread 0.1: waits differ by 10 %
    WritersEstimate half;      ///< the M at which half of the trials lock under the timeout
    WritersEstimate twentieth; ///< at which one in twenty does
    std::vector<TimeoutNeeded> timeouts; ///< at 10, 100, 1000 … writers, as far as was tried
    /// P(refused at once), whatever the timeout: share and its Clopper-Pearson bounds.
    double at_once = 0, at_once_low = 0, at_once_high = 1;
    /// False: the waits bend more with log M than chance would have it, or crowds of more than
    /// twice those of which half lock were served, so that `high` is above.
    bool fits = true;
    /// Null unless waits have drifted over the run (p < 1 %): by what factor, first to last.
    std::optional<double> drift;
};
BOOST_DESCRIBE_STRUCT(WaitCurve, (),
                      (shape, trials, censored, strays, slope, spread, half, twentieth, timeouts,
                       at_once, at_once_low, at_once_high, fits, drift))

/// The curve through `seen`, which is in the order in which it was measured, for a timeout in
/// milliseconds. The intervals are those of the profile likelihood, with Student's correction for
/// few trials (censored_regression.hpp), so that they widen with the distance from what was tried.
/// Throws std::invalid_argument for a negative timeout or fewer than 1 writers.
WaitCurve wait_curve(const std::vector<LongestWaitSeen>& seen, double timeout_ms);

/// What the curve expects, for planning, without intervals and so at a hundredth of the cost: the
/// median of W with so many writers, in ms, and the M at which `share` of the trials have a longer
/// one than the timeout. Nothing where too few trials have waited; the M may be any above 0.
std::optional<double> expected_wait_ms(const std::vector<LongestWaitSeen>& seen, int writers);
std::optional<double> expected_writers(const std::vector<LongestWaitSeen>& seen, double timeout_ms,
                                       double share);

} // namespace firstlock

#include "helpers/statistics/baseline_test.hpp"

#include "helpers/statistics/mann_whitney.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numbers>
#include <utility>

#include <boost/math/distributions/chi_squared.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <boost/math/special_functions/beta.hpp>

namespace firstlock {
namespace {

std::vector<double> with_more(std::vector<double> waits_ms, int count, double wait_ms, double step)
{
    for (int more = 0; more < count; ++more) {
        waits_ms.push_back(wait_ms);
        wait_ms += step;
    }
    return waits_ms;
}

/// Waits that were as long as can be, and as short: shorter than any, and no two equal, since those
/// would make the test sharper.
std::vector<double> with_longest(const std::vector<double>& waits_ms, int count)
{
    return with_more(waits_ms, count, longer_than_any, 0);
}

std::vector<double> with_shortest(const std::vector<double>& waits_ms, int count)
{
    return with_more(waits_ms, count, -1, -1);
}

} // namespace

std::optional<double> share_seen(Tally baseline, int trials, double alpha)
{
    for (int locked = 0; locked <= trials; ++locked) {
        if (locked_more_often(baseline, {locked, trials}) < alpha) {
            // P at which so many or more are locked with `power_asked`.
            return boost::math::ibeta_inv(locked, trials - locked + 1, power_asked);
        }
    }
    return std::nullopt;
}

std::optional<double> factor_seen(const std::vector<double>& baseline_ms, int trials, double alpha)
{
    std::vector<double> logs;
    for (const double ms : baseline_ms) {
        if (std::isfinite(ms)) {
            logs.push_back(std::log(std::max(1.0, ms))); // below, no handler sleeps
        }
    }
    if (logs.size() < 3 || 2 * logs.size() <= baseline_ms.size() ||
        waited_longer(baseline_ms, with_longest({}, trials)) >= alpha) {
        return std::nullopt;
    }
    const auto known = static_cast<double>(logs.size());
    double mean = 0;
    for (const double each : logs) {
        mean += each / known;
    }
    double squares = 0;
    for (const double each : logs) {
        squares += (each - mean) * (each - mean);
    }
    if (squares <= 0) {
        return std::nullopt;
    }
    const double variance_high =
        squares / boost::math::quantile(boost::math::chi_squared(known - 1), 1 - power_asked);
    const boost::math::students_t t(known + trials - 2);
    const double distance =
        boost::math::quantile(complement(t, alpha)) + boost::math::quantile(t, power_asked);
    const double efficiency = 3 / std::numbers::pi;
    return std::exp(distance * std::sqrt(variance_high * (1 / known + 1.0 / trials) / efficiency));
}

BaselineTest::BaselineTest(LevelEvidence baseline, int trials, double alpha)
    : baseline_(std::move(baseline)), trials_(trials), alpha_(alpha),
      share_seen_(firstlock::share_seen(baseline_.counts, trials, alpha_each())),
      factor_seen_(firstlock::factor_seen(baseline_.waits_ms, trials, alpha_each()))
{
    check(trials >= 1, "baseline: trials", trials, "at least 1");
    check(alpha > 0 && alpha < 1, "baseline: alpha", alpha, "above 0 and below 1");
    look();
}

void BaselineTest::tell(bool is_locked, std::optional<double> wait_ms)
{
    seen_.counts.add(is_locked);
    if (wait_ms) {
        seen_.waits_ms.push_back(*wait_ms);
    }
    look();
}

void BaselineTest::tell_void()
{
    ++voids_;
    look();
}

void BaselineTest::look()
{
    if (told_ != PromiseVerdict::undecided) {
        return;
    }
    const int unknown = left() + voids_;
    p_of_counts_ = {locked_more_often(baseline_.counts, {seen_.counts.locked + unknown, trials_}),
                    locked_more_often(baseline_.counts, {seen_.counts.locked, trials_})};
    const int unknown_waits = trials_ - static_cast<int>(seen_.waits_ms.size());
    p_of_waits_ = {waited_longer(baseline_.waits_ms, with_longest(seen_.waits_ms, unknown_waits)),
                   waited_longer(baseline_.waits_ms, with_shortest(seen_.waits_ms, unknown_waits))};
    if (std::min(p_of_counts_.high, p_of_waits_.high) < alpha_each()) {
        told_ = PromiseVerdict::broken;
    } else if (std::min(p_of_counts_.low, p_of_waits_.low) >= alpha_each()) {
        told_ = PromiseVerdict::kept;
    }
}

PromiseVerdict BaselineTest::verdict() const
{
    return told_ == PromiseVerdict::kept && !sees_what_is_asked() ? PromiseVerdict::undecided
                                                                  : told_;
}

double BaselineTest::share_in_baseline() const
{
    const Tally& then = baseline_.counts;
    return then.trials > 0 ? static_cast<double>(then.locked) / then.trials : 0;
}

bool BaselineTest::sees_what_is_asked() const
{
    return (share_seen_ && *share_seen_ <= share_asked()) ||
           (factor_seen_ && *factor_seen_ <= factor_asked);
}

} // namespace firstlock

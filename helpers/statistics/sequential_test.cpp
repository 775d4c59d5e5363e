#include "helpers/statistics/sequential_test.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include <boost/math/special_functions/gamma.hpp>
#include <boost/math/tools/roots.hpp>

namespace firstlock {
namespace {

/// What a clean trial takes from the logarithm of the likelihood ratio.
double clean_step(const PromiseTerms& terms)
{
    return std::log1p(-terms.tolerated) - std::log1p(-terms.refuted);
}

double boundary(const PromiseTerms& terms)
{
    return -std::log(1 - terms.confidence);
}

/// The logarithm of the mixture's probability of what was seen: half Jeffreys' prior, half P = 0.
double log_mixture(Tally seen)
{
    using boost::math::lgamma;
    const double jeffreys = // Beta(locked + 1/2, clean + 1/2) over Beta(1/2, 1/2)
        lgamma(seen.locked + 0.5) + lgamma(seen.clean() + 0.5) - lgamma(seen.trials + 1.0) -
        2 * lgamma(0.5);
    return (seen.locked > 0 ? jeffreys : std::log1p(std::exp(jeffreys))) - std::log(2);
}

double log_likelihood(double p, Tally seen)
{
    return (seen.locked > 0 ? seen.locked * std::log(p) : 0) +
           (seen.clean() > 0 ? seen.clean() * std::log1p(-p) : 0);
}

} // namespace

const PromiseTerms& checked(const PromiseTerms& terms)
{
    const auto [tolerated, refuted, confidence] = terms;
    check(tolerated >= 0 && tolerated < 1, "promise: tolerated", tolerated, "from 0 to below 1");
    check(refuted > tolerated && refuted < 1, "promise: refuted", refuted,
          "above tolerated, " + std::to_string(tolerated) + ", and below 1");
    check(confidence >= 0.5 && confidence < 1, "promise: confidence", confidence,
          "from 0.5 to below 1, such as 0.95");
    return terms;
}

void SequentialTest::tell(bool is_locked)
{
    seen_.add(is_locked);
    if (verdict_ != PromiseVerdict::undecided) {
        return;
    }
    // Where nothing is tolerated, one lock refutes: the ratio is infinite, as it should be.
    log_ratio_ +=
        is_locked ? std::log(terms_.refuted) - std::log(terms_.tolerated) : -clean_step(terms_);
    if (log_ratio_ >= boundary(terms_)) {
        verdict_ = PromiseVerdict::broken;
    } else if (log_ratio_ <= -boundary(terms_)) {
        verdict_ = PromiseVerdict::kept;
    }
}

int SequentialTest::clean_trials_needed() const
{
    if (verdict_ != PromiseVerdict::undecided) {
        return 0;
    }
    const double trials = std::ceil((log_ratio_ + boundary(terms_)) / clean_step(terms_));
    const double limit = std::numeric_limits<int>::max();
    return trials < limit ? static_cast<int>(trials) : std::numeric_limits<int>::max();
}

void PromiseTest::tell(bool is_locked)
{
    test_.tell(is_locked);
    with_void_as_locked_.tell(is_locked);
}

bool PromiseTest::has_ended() const
{
    // Verdicts stand, so what is kept only without the void trials stays undecided.
    return verdict() != PromiseVerdict::undecided ||
           (is_doubtful() && with_void_as_locked_.verdict() == PromiseVerdict::broken) ||
           with_void_as_locked_.seen().trials >= trials_max_;
}

bool PromiseTest::is_undecided_by_voids() const
{
    return verdict() == PromiseVerdict::undecided &&
           (is_doubtful() || with_void_as_locked_.verdict() == PromiseVerdict::broken);
}

Interval anytime_bounds(Tally seen, double confidence)
{
    check(seen, confidence);
    if (seen.trials == 0) {
        return {};
    }
    // The capital falls up to the share that was seen and rises after it, so there is one root on
    // either side.
    const double log_stake = log_mixture(seen) + std::log(1 - confidence);
    const auto excess = [&](double p) { return log_stake - log_likelihood(p, seen); };
    const auto close = boost::math::tools::eps_tolerance<double>(40);
    constexpr double edge = 1e-12;
    const double share = std::clamp(static_cast<double>(seen.locked) / seen.trials, edge, 1 - edge);
    Interval bounds;
    if (seen.locked > 0 && excess(edge) > 0) {
        bounds.low = boost::math::tools::bisect(excess, edge, share, close).first;
    }
    if (seen.clean() > 0 && excess(1 - edge) > 0) {
        bounds.high = boost::math::tools::bisect(excess, share, 1 - edge, close).second;
    }
    return bounds;
}

} // namespace firstlock

#include "helpers/statistics/tally.hpp"

#include <algorithm>

#include <boost/math/distributions/binomial.hpp>
#include <boost/math/distributions/hypergeometric.hpp>

namespace firstlock {

using Binomial = boost::math::binomial_distribution<double>;

void check(Tally seen, double confidence)
{
    if (seen.locked < 0 || seen.locked > seen.trials) {
        throw std::invalid_argument("interval: " + std::to_string(seen.locked) + " locked of " +
                                    std::to_string(seen.trials) +
                                    " trials; accepted: 0 <= locked <= trials");
    }
    check(confidence > 0 && confidence < 1, "interval: confidence", confidence,
          "above 0 and below 1, such as 0.95");
}

Interval clopper_pearson(const Tally& seen, double confidence)
{
    check(seen, confidence);
    if (seen.trials == 0) {
        return {};
    }
    const double each_side = (1 - confidence) / 2;
    return {.low = Binomial::find_lower_bound_on_p(seen.trials, seen.locked, each_side),
            .high = Binomial::find_upper_bound_on_p(seen.trials, seen.locked, each_side)};
}

double upper_bound(Tally seen, double confidence)
{
    return clopper_pearson(seen, 2 * confidence - 1).high; // as much error on either side
}

double locked_more_often(Tally baseline, Tally now)
{
    for (const Tally& side : {baseline, now}) {
        check(side, 0.95);
    }
    const int locked = baseline.locked + now.locked;
    if (now.locked <= std::max(0, locked - baseline.trials)) {
        return 1; // Every outcome is at least this large, and Boost's complement would need a count
                  // below it.
    }
    const boost::math::hypergeometric_distribution<double> same(
        static_cast<unsigned>(locked), static_cast<unsigned>(now.trials),
        static_cast<unsigned>(baseline.trials + now.trials));
    return boost::math::cdf(complement(same, static_cast<unsigned>(now.locked - 1)));
}

} // namespace firstlock

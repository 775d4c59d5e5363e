#include "helpers/statistics/intervals.hpp"

#include <stdexcept>
#include <string>

#include <boost/math/distributions/binomial.hpp>

namespace firstlock {
namespace {

using Binomial = boost::math::binomial_distribution<double>;

void check(int locked, int trials, double confidence)
{
    if (trials < 0 || locked < 0 || locked > trials) {
        throw std::invalid_argument("interval: " + std::to_string(locked) + " locked of " +
                                    std::to_string(trials) +
                                    " trials; accepted: 0 <= locked <= trials");
    }
    if (!(confidence > 0 && confidence < 1)) {
        throw std::invalid_argument("interval: confidence is " + std::to_string(confidence) +
                                    "; accepted: above 0 and below 1, such as 0.95");
    }
}

} // namespace

Interval clopper_pearson(int locked, int trials, double confidence)
{
    check(locked, trials, confidence);
    if (trials == 0) {
        return {.low = 0, .high = 1};
    }
    const double each_side = (1 - confidence) / 2;
    return {.low = Binomial::find_lower_bound_on_p(trials, locked, each_side),
            .high = Binomial::find_upper_bound_on_p(trials, locked, each_side)};
}

double upper_bound(int locked, int trials, double confidence)
{
    check(locked, trials, confidence);
    return trials == 0 ? 1 : Binomial::find_upper_bound_on_p(trials, locked, 1 - confidence);
}

} // namespace firstlock

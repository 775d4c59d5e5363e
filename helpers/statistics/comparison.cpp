#include "helpers/statistics/comparison.hpp"

#include <stdexcept>
#include <string>

#include <boost/math/distributions/hypergeometric.hpp>

namespace firstlock {
namespace {

void check(const char* name, LockedShare share)
{
    if (share.trials < 0 || share.locked < 0 || share.locked > share.trials) {
        throw std::invalid_argument(std::string("comparison: ") + name + " has " +
                                    std::to_string(share.locked) + " locked of " +
                                    std::to_string(share.trials) +
                                    " trials; accepted: 0 <= locked <= trials");
    }
}

} // namespace

double locked_more_often(LockedShare baseline, LockedShare now)
{
    check("baseline", baseline);
    check("now", now);
    const int locked = baseline.locked + now.locked;
    const int least_possible = locked > baseline.trials ? locked - baseline.trials : 0;
    if (now.locked <= least_possible) {
        return 1; // Every outcome is at least this large, and Boost's complement would need a count
                  // below it.
    }
    using boost::math::complement;
    const boost::math::hypergeometric_distribution<double> same(
        static_cast<unsigned>(locked), static_cast<unsigned>(now.trials),
        static_cast<unsigned>(baseline.trials + now.trials));
    return boost::math::cdf(complement(same, static_cast<unsigned>(now.locked - 1)));
}

} // namespace firstlock

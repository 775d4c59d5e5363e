#pragma once

#include <boost/describe/class.hpp>

#include <vector>

namespace firstlock {

/// The nearest-rank percentile of `sample`: its smallest value that at least `percent` % of all
/// values do not exceed. It is always a value that was measured, never one in between, which is
/// what a statement about waits should rest on. Definition: type 1 of Hyndman and Fan, "Sample
/// Quantiles in Statistical Packages", The American Statistician 50 (1996). The order of `sample`
/// does not matter. Throws std::invalid_argument for an empty sample, a NaN in it, or a `percent`
/// outside (0, 100].
double percentile(std::vector<double> sample, double percent);

/// The percentiles that results name, in the unit of the sample.
struct Percentiles {
    double p50 = 0;
    double p90 = 0;
    double p99 = 0;
    double max = 0;
};
BOOST_DESCRIBE_STRUCT(Percentiles, (), (p50, p90, p99, max))

/// All four of them. Throws as percentile() does.
Percentiles percentiles(const std::vector<double>& sample);

} // namespace firstlock

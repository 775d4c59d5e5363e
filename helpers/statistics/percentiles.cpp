#include "helpers/statistics/percentiles.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <stdexcept>
#include <string>

namespace firstlock {

double percentile(std::vector<double> sample, double percent)
{
    if (sample.empty()) {
        throw std::invalid_argument(
            "percentile: the sample is empty; at least one value is needed");
    }
    if (std::any_of(sample.begin(), sample.end(), [](double value) { return std::isnan(value); })) {
        throw std::invalid_argument("percentile: the sample holds a NaN; numbers are accepted");
    }
    if (!(percent > 0 && percent <= 100)) {
        throw std::invalid_argument("percentile: percent is " + std::to_string(percent) +
                                    "; accepted: above 0, up to 100");
    }
    // Multiplied before it is divided, so that 7 % of 100 values is rank 7 and not the 8 that 0.07
    // * 100 gives.
    const double rank = std::ceil(percent * static_cast<double>(sample.size()) / 100);
    const auto at = sample.begin() + static_cast<std::ptrdiff_t>(rank) - 1;
    std::nth_element(sample.begin(), at, sample.end());
    return *at;
}

Percentiles percentiles(const std::vector<double>& sample)
{
    return {.p50 = percentile(sample, 50),
            .p90 = percentile(sample, 90),
            .p99 = percentile(sample, 99),
            .max = percentile(sample, 100)};
}

} // namespace firstlock

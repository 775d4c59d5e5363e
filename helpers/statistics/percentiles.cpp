#include "helpers/statistics/percentiles.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>

namespace firstlock {
namespace {

void sort_sample(std::vector<double>& sample)
{
    if (sample.empty()) {
        throw std::invalid_argument(
            "percentile: the sample is empty; at least one value is needed");
    }
    if (std::any_of(sample.begin(), sample.end(), [](double value) { return std::isnan(value); })) {
        throw std::invalid_argument("percentile: the sample holds a NaN; numbers are accepted");
    }
    std::sort(sample.begin(), sample.end());
}

double at_percent(const std::vector<double>& sorted, double percent)
{
    if (!(percent > 0 && percent <= 100)) {
        throw std::invalid_argument("percentile: percent is " + std::to_string(percent) +
                                    "; accepted: above 0, up to 100");
    }
    // Multiplied before it is divided, so that 7 % of 100 values is rank 7 and not the 8 that 0.07
    // * 100 gives.
    const double rank = std::ceil(percent * static_cast<double>(sorted.size()) / 100);
    const auto last = sorted.size();
    return sorted[std::clamp(static_cast<std::size_t>(rank), std::size_t{1}, last) - 1];
}

} // namespace

double percentile(std::vector<double> sample, double percent)
{
    sort_sample(sample);
    return at_percent(sample, percent);
}

std::vector<double> percentiles(std::vector<double> sample, const std::vector<double>& percents)
{
    sort_sample(sample);
    std::vector<double> values;
    values.reserve(percents.size());
    for (const double percent : percents) {
        values.push_back(at_percent(sample, percent));
    }
    return values;
}

Percentiles percentiles(std::vector<double> sample)
{
    sort_sample(sample);
    return {.p50 = at_percent(sample, 50),
            .p90 = at_percent(sample, 90),
            .p99 = at_percent(sample, 99),
            .max = sample.back()};
}

} // namespace firstlock

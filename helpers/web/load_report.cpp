#include "helpers/web/load_client.hpp"

#include "helpers/described/json.hpp"
#include "helpers/statistics/percentiles.hpp"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <numeric>

namespace firstlock::web {
namespace {

const std::vector<double> percents{50, 66, 75, 80, 90, 95, 98, 99, 99.9, 99.99, 99.999, 100};

std::map<std::string, double> summary_of(const std::vector<double>& latencies_ms)
{
    // Nobody was answered: the keys stay, since tables name them.
    const std::vector<double> sample = latencies_ms.empty() ? std::vector{0.0} : latencies_ms;
    const auto [min, max] = std::minmax_element(sample.begin(), sample.end());
    const double sum = std::accumulate(sample.begin(), sample.end(), 0.0);
    std::map<std::string, double> summary{
        {"min", *min}, {"mean", sum / static_cast<double>(sample.size())}, {"max", *max}};
    for (const double percent : percents) {
        summary[fmt::format("p{}", percent)] = percentile(sample, percent);
    }
    for (auto& [name, value] : summary) {
        value = rounded(value);
    }
    return summary;
}

} // namespace

void EndpointTally::add(const EndpointTally& other)
{
    sent += other.sent;
    unanswered += other.unanswered;
    answered_before_stop += other.answered_before_stop;
    failed_before_stop += other.failed_before_stop;
    for (const auto& [status, count] : other.statuses) {
        statuses[status] += count;
    }
    for (const auto& [refusal, count] : other.refusals) {
        refusals[refusal] += count;
    }
    latencies_ms.insert(latencies_ms.end(), other.latencies_ms.begin(), other.latencies_ms.end());
}

EndpointReport EndpointTally::report(std::string_view endpoint, double duration_s) const
{
    const auto per_second = [&](std::uint64_t count) {
        return static_cast<double>(count) / std::max(duration_s, 1e-9);
    };
    EndpointReport report{std::string(endpoint),
                          sent,
                          latencies_ms.size(),
                          unanswered,
                          per_second(answered_before_stop),
                          per_second(failed_before_stop),
                          statuses,
                          {},
                          summary_of(latencies_ms)};
    for (const auto& [refusal, count] : refusals) {
        report.refusals.push_back({refusal.first, refusal.second, count});
    }
    return report;
}

} // namespace firstlock::web

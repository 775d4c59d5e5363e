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

EndpointReport report_of(std::string_view endpoint, const RequestEnds& requests, double duration_s)
{
    EndpointReport report{.endpoint = std::string(endpoint), .sent = requests.sent};
    std::vector<double> latencies_ms;
    std::map<std::pair<unsigned, int>, std::uint64_t> refusals;
    for (const RequestEnd& end : requests.ends) {
        if (end.status == 0) {
            ++report.unanswered;
            continue;
        }
        latencies_ms.push_back(end.latency_ms);
        ++report.statuses[std::to_string(end.status)];
        if (end.status != 200) {
            ++refusals[{end.status, end.code}];
        }
        report.requests_per_second += end.before_stop ? 1 : 0;
        report.failures_per_second += end.before_stop && end.status != 200 ? 1 : 0;
    }
    report.answered = latencies_ms.size();
    report.requests_per_second /= std::max(duration_s, 1e-9);
    report.failures_per_second /= std::max(duration_s, 1e-9);
    report.latency_ms = summary_of(latencies_ms);
    for (const auto& [refusal, count] : refusals) {
        report.refusals.push_back({refusal.first, refusal.second, count});
    }
    return report;
}

} // namespace

void add_up(const std::map<Endpoint, RequestEnds>& by_endpoint, LoadReport& report)
{
    RequestEnds all;
    for (const auto& [endpoint, requests] : by_endpoint) {
        report.endpoints.push_back(report_of(name_of(endpoint), requests, report.duration_s));
        all.sent += requests.sent;
        all.ends.insert(all.ends.end(), requests.ends.begin(), requests.ends.end());
    }
    report.all = report_of("Aggregated", all, report.duration_s);
    report.requests_per_second = report.all.requests_per_second;
    report.answered_before_stop = static_cast<std::uint64_t>(std::count_if(
        all.ends.begin(), all.ends.end(), [](const RequestEnd& each) { return each.before_stop; }));
    report.answered_after_stop = report.all.answered - report.answered_before_stop;
}

} // namespace firstlock::web

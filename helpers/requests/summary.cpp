#include "helpers/requests/summary.hpp"

#include "helpers/statistics/fairness.hpp"
#include "helpers/statistics/percentiles.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <numeric>

namespace firstlock {
namespace {

using nlohmann::ordered_json;

// The columns of the systems B and E.
constexpr std::array<std::pair<const char*, double>, 11> percents{{{"50", 50},
                                                                   {"66", 66},
                                                                   {"75", 75},
                                                                   {"80", 80},
                                                                   {"90", 90},
                                                                   {"95", 95},
                                                                   {"98", 98},
                                                                   {"99", 99},
                                                                   {"99.9", 99.9},
                                                                   {"99.99", 99.99},
                                                                   {"100", 100}}};

ordered_json summary_of(const std::string& kind, const std::vector<const RequestReport*>& requests,
                        double seconds, std::chrono::milliseconds timeout)
{
    std::vector<double> latencies;
    std::map<std::string, std::size_t> codes;
    std::map<std::string, std::size_t> stages;
    std::size_t failures = 0;
    std::size_t starved = 0;
    std::size_t half_written = 0;
    for (const RequestReport* const request : requests) {
        latencies.push_back(request->latency_ms());
        if (!request->served()) {
            ++failures;
            ++codes[std::to_string(request->code)];
            ++stages[request->stage];
            starved += is_starvation(*request, timeout) ? 1U : 0U;
            half_written += request->row == "acknowledged" ? 1U : 0U;
        }
    }
    const auto count = static_cast<double>(requests.size());
    ordered_json summary{
        {"kind", kind},
        {"requests", requests.size()},
        {"failures", failures},
        {"starved", starved},
        {"half_written", half_written},
        {"avg_ms", std::accumulate(latencies.begin(), latencies.end(), 0.0) / count},
        {"min_ms", *std::min_element(latencies.begin(), latencies.end())},
        {"max_ms", *std::max_element(latencies.begin(), latencies.end())},
        {"median_ms", percentile(latencies, 50)},
        {"requests_per_second", count / seconds},
        {"failures_per_second", static_cast<double>(failures) / seconds},
        {"percentiles", ordered_json::object()},
        {"codes", codes},
        {"stages", stages}};
    for (const auto& [name, percent] : percents) {
        summary["percentiles"][name] = percentile(latencies, percent);
    }
    return summary;
}

double seconds_between(std::int64_t from_ns, std::int64_t to_ns)
{
    return static_cast<double>(to_ns - from_ns) / 1e9;
}

} // namespace

bool is_starvation(const RequestReport& request, std::chrono::milliseconds timeout)
{
    const double least_s = 0.95 * std::chrono::duration<double>(timeout).count();
    return !request.served() && timeout.count() > 0 &&
           (static_cast<double>(request.refused_took_ns) / 1e9 >= least_s ||
            static_cast<double>(request.refused_slept_us) / 1e6 >= least_s);
}

ordered_json kind_summaries(const std::vector<UserRequests>& users, double seconds,
                            std::chrono::milliseconds timeout)
{
    std::map<Kind, std::vector<const RequestReport*>> by_kind;
    std::vector<const RequestReport*> all;
    for (const UserRequests& user : users) {
        for (const RequestReport& request : user.requests) {
            by_kind[request.kind].push_back(&request);
            all.push_back(&request);
        }
    }
    ordered_json summaries = ordered_json::array();
    for (const auto& [kind, requests] : by_kind) {
        summaries.push_back(summary_of(std::string(name_of(kind)), requests, seconds, timeout));
    }
    if (!all.empty()) {
        summaries.push_back(summary_of("all", all, seconds, timeout));
    }
    return summaries;
}

ordered_json fairness_of(const std::vector<UserRequests>& users, double seconds)
{
    std::vector<double> shares;
    std::vector<double> waits_ms;
    std::vector<Turn> turns;
    std::size_t refused = 0;
    double slept_s = 0;
    double real_s = 0; // of refused statements
    double nominal_s = 0;
    for (const UserRequests& user : users) {
        shares.push_back(0);
        for (const RequestReport& request : user.requests) {
            turns.push_back({request.start_ns, request.end_ns, request.served()});
            waits_ms.push_back(1e3 * seconds_between(request.start_ns, request.end_ns));
            shares.back() += request.served() ? 1 : 0;
            refused += request.served() ? 0U : 1U;
            slept_s += static_cast<double>(request.slept_us) / 1e6;
            real_s += seconds_between(0, request.refused_took_ns);
            nominal_s += static_cast<double>(request.refused_slept_us) / 1e6;
        }
    }
    const double served = std::accumulate(shares.begin(), shares.end(), 0.0);
    const ServiceOrder order = service_order(turns);
    ordered_json fairness{{"served", served},
                          {"refused", refused},
                          {"per_second", served / seconds},
                          {"jain", jain_index(shares)},
                          {"share_min", *std::min_element(shares.begin(), shares.end())},
                          {"share_max", *std::max_element(shares.begin(), shares.end())},
                          {"oldest_first_share", order.oldest_first_share},
                          {"oldest_rank", order.oldest_rank},
                          {"overtaken_max", order.overtaken_max},
                          {"asleep_share", slept_s / (seconds * static_cast<double>(users.size()))},
                          {"wait_ms", nullptr},
                          {"real_over_nominal_wait", nullptr}};
    if (!waits_ms.empty()) {
        const Percentiles wait = percentiles(waits_ms);
        fairness["wait_ms"] = {
            {"p50", wait.p50}, {"p90", wait.p90}, {"p99", wait.p99}, {"max", wait.max}};
    }
    if (nominal_s > 0) {
        fairness["real_over_nominal_wait"] = real_s / nominal_s;
    }
    return fairness;
}

} // namespace firstlock

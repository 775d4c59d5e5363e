#include "helpers/requests/request_summary.hpp"

#include "helpers/described/names.hpp"

#include <algorithm>
#include <numeric>

namespace firstlock {
namespace {

// The columns of the systems B and E.
constexpr const char* percents[]{"50", "66", "75",   "80",    "90", "95",
                                 "98", "99", "99.9", "99.99", "100"};

KindFigures figures_of(std::string_view kind, const std::vector<const RequestReport*>& requests,
                       double seconds, std::chrono::milliseconds timeout)
{
    KindFigures figures{.kind = std::string(kind), .requests = requests.size()};
    std::vector<double> latencies;
    for (const RequestReport* const request : requests) {
        latencies.push_back(request->latency_ms());
        if (!request->served()) {
            ++figures.failures;
            ++figures.codes[std::to_string(request->code)];
            ++figures.stages[request->stage];
            figures.starved += is_starvation(*request, timeout) ? 1U : 0U;
            figures.half_written += request->row == Outcome::acknowledged ? 1U : 0U;
        }
    }
    const auto count = static_cast<double>(requests.size());
    figures.avg_ms = std::accumulate(latencies.begin(), latencies.end(), 0.0) / count;
    figures.min_ms = *std::min_element(latencies.begin(), latencies.end());
    figures.max_ms = *std::max_element(latencies.begin(), latencies.end());
    figures.median_ms = percentile(latencies, 50);
    figures.requests_per_second = count / seconds;
    figures.failures_per_second = static_cast<double>(figures.failures) / seconds;
    for (const std::string percent : percents) {
        figures.percentiles[percent] = percentile(latencies, std::stod(percent));
    }
    return figures;
}

double seconds_of(std::int64_t microseconds)
{
    return static_cast<double>(microseconds) / 1e6;
}

} // namespace

bool is_starvation(const RequestReport& request, std::chrono::milliseconds timeout)
{
    const double least_s = 0.95 * std::chrono::duration<double>(timeout).count();
    return !request.served() && timeout.count() > 0 &&
           (static_cast<double>(request.refused_took_ns) / 1e9 >= least_s ||
            seconds_of(request.refused_slept_us) >= least_s);
}

std::vector<KindFigures> kind_figures(const std::vector<UserRequests>& users, double seconds,
                                      std::chrono::milliseconds timeout)
{
    std::map<RequestKind, std::vector<const RequestReport*>> by_kind;
    std::vector<const RequestReport*> all;
    for (const UserRequests& user : users) {
        for (const RequestReport& request : user.requests) {
            by_kind[request.kind].push_back(&request);
            all.push_back(&request);
        }
    }
    std::vector<KindFigures> figures;
    figures.reserve(by_kind.size() + 1);
    for (const auto& [kind, requests] : by_kind) {
        figures.push_back(figures_of(name_of(kind), requests, seconds, timeout));
    }
    if (!all.empty()) {
        figures.push_back(figures_of("all", all, seconds, timeout));
    }
    return figures;
}

FairnessFigures fairness_of(const std::vector<UserRequests>& users, double seconds)
{
    FairnessFigures figures;
    std::vector<double> shares;
    std::vector<double> waits_ms;
    std::vector<Turn> turns;
    double slept_s = 0;
    double real_s = 0; // of refused statements
    double nominal_s = 0;
    for (const UserRequests& user : users) {
        shares.push_back(0);
        for (const RequestReport& request : user.requests) {
            turns.push_back({request.start.count(), request.end.count(), request.served()});
            waits_ms.push_back(
                std::chrono::duration<double, std::milli>(request.end - request.start).count());
            shares.back() += request.served() ? 1 : 0;
            ++(request.served() ? figures.served : figures.refused);
            slept_s += seconds_of(request.slept_us);
            real_s += static_cast<double>(request.refused_took_ns) / 1e9;
            nominal_s += seconds_of(request.refused_slept_us);
        }
    }
    const ServiceOrder order = service_order(turns);
    figures.per_second = static_cast<double>(figures.served) / seconds;
    figures.jain = jain_index(shares);
    figures.share_min = static_cast<std::size_t>(*std::min_element(shares.begin(), shares.end()));
    figures.share_max = static_cast<std::size_t>(*std::max_element(shares.begin(), shares.end()));
    figures.oldest_first_share = order.oldest_first_share;
    figures.oldest_rank = order.oldest_rank;
    figures.overtaken_max = order.overtaken_max;
    figures.asleep_share = slept_s / (seconds * static_cast<double>(users.size()));
    if (!waits_ms.empty()) {
        figures.wait_ms = percentiles(waits_ms);
    }
    if (nominal_s > 0) {
        figures.real_over_nominal_wait = real_s / nominal_s;
    }
    return figures;
}

} // namespace firstlock

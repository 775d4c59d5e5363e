#pragma once

#include "helpers/requests/user_protocol.hpp"
#include "helpers/statistics/fairness.hpp"
#include "helpers/statistics/percentiles.hpp"

#include <boost/describe/class.hpp>

#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace firstlock {

/// Whether a refusal came after at least 0.95 times the timeout, by the clock or by the sleeps that
/// were asked for: starvation, which a busy crowd may suffer, and not a refusal at once.
bool is_starvation(const RequestReport& request, std::chrono::milliseconds timeout);

struct ByNumber {
    bool operator()(const std::string& one, const std::string& other) const
    {
        return std::stod(one) < std::stod(other);
    }
};

/// The figures that the systems B and E print, of one kind of request or of `all`. Latency is from
/// the intended start and over all requests, the failed ones included.
struct KindFigures {
    std::string kind;
    std::size_t requests = 0, failures = 0, starved = 0;
    std::size_t half_written = 0; ///< refused after their row had been committed
    double avg_ms = 0, min_ms = 0, max_ms = 0, median_ms = 0;
    double requests_per_second = 0, failures_per_second = 0;
    std::map<std::string, double, ByNumber> percentiles{}; ///< "50", "66" … "99.99", "100" -> ms
    std::map<std::string, std::size_t> codes{}, stages{};  ///< of the refusals: how many had which
};
BOOST_DESCRIBE_STRUCT(KindFigures, (),
                      (kind, requests, failures, starved, half_written, avg_ms, min_ms, max_ms,
                       median_ms, requests_per_second, failures_per_second, percentiles, codes,
                       stages))

/// Per kind, and of all together at the end; nothing where there were no requests.
std::vector<KindFigures> kind_figures(const std::vector<UserRequests>& users, double seconds,
                                      std::chrono::milliseconds timeout);

/// How a crowd that all wanted the same lock was served.
struct FairnessFigures {
    std::size_t served = 0, refused = 0;
    double per_second = 0;
    double jain = 0; ///< over users, as the two shares are
    std::size_t share_min = 0, share_max = 0;
    double oldest_first_share = 0, oldest_rank = 0, overtaken_max = 0; ///< ServiceOrder's
    double asleep_share = 0; ///< of the users' time, by the sleeps that were asked for
    std::optional<Percentiles> wait_ms;
    std::optional<double> real_over_nominal_wait; ///< of the statements that were refused
};
BOOST_DESCRIBE_STRUCT(FairnessFigures, (),
                      (served, refused, per_second, jain, share_min, share_max, oldest_first_share,
                       oldest_rank, overtaken_max, asleep_share, wait_ms, real_over_nominal_wait))

FairnessFigures fairness_of(const std::vector<UserRequests>& users, double seconds);

} // namespace firstlock

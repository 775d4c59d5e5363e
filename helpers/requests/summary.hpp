#pragma once

#include "helpers/requests/user_protocol.hpp"

#include <nlohmann/json.hpp>

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

namespace firstlock {

/// All requests of one user.
struct UserRequests {
    std::vector<RequestReport> requests;
    std::size_t unstarted = 0; ///< intended within the duration, and never begun
};

/// Whether a refusal came after at least 0.95 times the timeout, by the clock or by the sleeps that
/// were asked for: starvation, which a busy crowd may suffer, and no refusal at once.
bool is_starvation(const RequestReport& request, std::chrono::milliseconds timeout);

/// The figures that the systems B and E print, per kind and, as the kind `all`, of all together:
/// kind, requests, failures, starved, half_written, avg_ms, min_ms, max_ms, median_ms,
/// requests_per_second, failures_per_second, percentiles (object: "50", "66" … "99.99", "100" ->
/// ms), codes (object: extended code -> count), stages. Latency is from the intended start and over
/// all requests, the failed ones included.
nlohmann::ordered_json kind_summaries(const std::vector<UserRequests>& users, double seconds,
                                      std::chrono::milliseconds timeout);

/// How a crowd that all wanted the same lock was served: served, refused, per_second, jain (over
/// users), the order of service, wait_ms (p50, p90, p99, max), sleeps_per_request, and, for those
/// refused, the real wait over the one that was asked for.
nlohmann::ordered_json fairness_of(const std::vector<UserRequests>& users, double seconds);

} // namespace firstlock

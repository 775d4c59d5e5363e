#include "helpers/rows/attempts.hpp"

#include <algorithm>
#include <utility>

namespace firstlock {
namespace {

double ms_between(std::int64_t from_ns, std::int64_t to_ns)
{
    return static_cast<double>(to_ns - from_ns) / 1e6;
}

/// A sweep over starts and ends in order of time.
std::size_t peak_in_flight(const std::vector<Attempt>& attempts)
{
    std::vector<std::pair<std::int64_t, int>> events;
    for (const Attempt& attempt : attempts) {
        events.emplace_back(attempt.start_ns, +1);
        events.emplace_back(attempt.end_ns, -1);
    }
    std::sort(events.begin(), events.end(), [](const auto& left, const auto& right) {
        return left.first != right.first ? left.first < right.first : left.second > right.second;
    });
    int open = 0;
    int peak = 0;
    for (const auto& [moment, step] : events) {
        open += step;
        peak = std::max(peak, open);
    }
    return static_cast<std::size_t>(peak);
}

std::optional<FirstLocked> first_locked_of(const std::vector<Attempt>& attempts, std::int64_t go_ns)
{
    const Attempt* first = nullptr;
    for (const Attempt& attempt : attempts) {
        if (attempt.outcome == Outcome::locked &&
            (first == nullptr || attempt.end_ns < first->end_ns)) {
            first = &attempt;
        }
    }
    if (first == nullptr) {
        return std::nullopt;
    }
    FirstLocked found{.after_ms = ms_between(go_ns, first->end_ns)};
    for (const Attempt& other : attempts) {
        const bool is_over = other.end_ns < first->end_ns;
        found.acknowledged_before += is_over && other.outcome == Outcome::acknowledged ? 1U : 0U;
        found.in_flight += !is_over && other.start_ns <= first->end_ns ? 1U : 0U;
    }
    return found;
}

} // namespace

AttemptFigures figures_of(const std::vector<Attempt>& attempts, std::int64_t go_ns)
{
    AttemptFigures found;
    if (attempts.empty()) {
        return found;
    }
    std::int64_t first_start = attempts[0].start_ns;
    std::int64_t last_start = first_start;
    std::int64_t last_end = attempts[0].end_ns;
    for (const Attempt& attempt : attempts) {
        found.waits_ms.push_back(ms_between(attempt.start_ns, attempt.end_ns));
        first_start = std::min(first_start, attempt.start_ns);
        last_start = std::max(last_start, attempt.start_ns);
        last_end = std::max(last_end, attempt.end_ns);
    }
    found.span_ms = ms_between(first_start, last_end);
    found.start_skew_ms = ms_between(first_start, last_start);
    found.in_flight_peak = peak_in_flight(attempts);
    found.first_locked = first_locked_of(attempts, go_ns);
    return found;
}

} // namespace firstlock

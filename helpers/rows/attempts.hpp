#pragma once

#include "helpers/rows/outcome.hpp"

#include <cstdint>
#include <vector>

namespace firstlock {

/// One writer's attempt, from its start to its report, by a clock that all of them share.
struct Attempt {
    std::int64_t start_ns, end_ns;
    Outcome outcome;
};

/// When within its trial `database is locked` first appeared.
struct FirstLocked {
    double after_ms = 0;                 ///< from the release of the gate to that writer's report
    std::size_t acknowledged_before = 0; ///< rows acknowledged by then
    std::size_t in_flight = 0; ///< writers between start and end at that moment, itself included
};
BOOST_DESCRIBE_STRUCT(FirstLocked, (), (after_ms, acknowledged_before, in_flight))

/// What the times of all attempts of a trial come to; of none, zeros and nothing.
struct AttemptFigures {
    std::vector<double> waits_ms;   ///< one per attempt, in their order
    double span_ms = 0;             ///< first start to last end
    double start_skew_ms = 0;       ///< first start to last start
    std::size_t in_flight_peak = 0; ///< most attempts open at once, those that only touch included
    std::optional<FirstLocked> first_locked;
};

AttemptFigures figures_of(const std::vector<Attempt>& attempts, std::int64_t go_ns);

} // namespace firstlock

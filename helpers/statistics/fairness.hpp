#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace firstlock {

/// Jain's index of fairness, (sum x)^2 / (n * sum x^2): 1 when all got the same, 1/n when one got
/// everything. Source: Jain, Chiu, Hawe, "A Quantitative Measure of Fairness", DEC-TR-301 (1984). 1
/// where nobody got anything; throws std::invalid_argument for an empty sample.
double jain_index(const std::vector<double>& shares);

/// One wait for a turn, in any one unit of time: it counts as a turn only if it was `served` at its
/// end.
struct Turn {
    std::int64_t start = 0, end = 0;
    bool served = false;
};

/// In what order those who waited at the same time were served.
struct ServiceOrder {
    /// Those that were served while at least one other waited.
    std::size_t turns = 0;
    /// In how many of them it was the one who had waited longest; 1 is a queue.
    double oldest_first_share = 0;
    /// Mean of the served one's rank by age, 0 the oldest, 1 the youngest; a lottery gives 0.5, a
    /// stack 1.
    double oldest_rank = 0;
    /// How many others were served, at most, while one waited for its own turn.
    double overtaken_max = 0;
};

/// O(n log n + n * w) for n turns of which at most w overlap.
ServiceOrder service_order(const std::vector<Turn>& turns);

} // namespace firstlock

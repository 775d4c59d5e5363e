#include "helpers/statistics/mann_whitney.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <stdexcept>

namespace firstlock {
namespace {

/// All waits in ascending order, each with twice its rank: a whole number also where some share it.
struct Ranked {
    std::vector<std::size_t> twice_ranks;
    std::size_t twice_sum_of_now = 0;
    double ties = 0; ///< the sum of t^3 - t over groups of t equal waits
};

Ranked ranked(const std::vector<double>& baseline, const std::vector<double>& now)
{
    struct Wait {
        double ms;
        bool is_now;
    };
    std::vector<Wait> all;
    all.reserve(baseline.size() + now.size());
    for (const auto* side : {&baseline, &now}) {
        for (const double ms : *side) {
            if (std::isnan(ms)) {
                throw std::invalid_argument("waited longer: a wait is not a number");
            }
            all.push_back({ms, side == &now});
        }
    }
    std::sort(all.begin(), all.end(), [](const Wait& a, const Wait& b) { return a.ms < b.ms; });

    Ranked result;
    for (std::size_t first = 0, end = 0; first < all.size(); first = end) {
        while (end < all.size() && all[end].ms == all[first].ms) {
            ++end;
        }
        const auto equal = static_cast<double>(end - first);
        result.ties += equal * equal * equal - equal;
        for (std::size_t each = first; each < end; ++each) {
            result.twice_ranks.push_back(first + 1 + end);
            result.twice_sum_of_now += all[each].is_now ? first + 1 + end : 0;
        }
    }
    return result;
}

/// Of all ways to pick `picked` of the ranks, the share whose sum, doubled, is from `low` to
/// `high`.
double share_of_picks(const std::vector<std::size_t>& twice_ranks, std::size_t picked,
                      std::size_t low, std::size_t high)
{
    const std::size_t sums = picked * twice_ranks.back() + 1;
    // ways[k * sums + s]: how many picks of k ranks have the sum s.
    std::vector<double> ways((picked + 1) * sums);
    ways[0] = 1;
    for (const std::size_t rank : twice_ranks) {
        for (std::size_t k = picked; k > 0; --k) {
            const double* fewer = &ways[(k - 1) * sums];
            double* of_k = &ways[k * sums];
            for (std::size_t sum = rank; sum < sums; ++sum) {
                of_k[sum] += fewer[sum - rank];
            }
        }
    }
    double all = 0;
    double between = 0;
    for (std::size_t sum = 0; sum < sums; ++sum) {
        all += ways[picked * sums + sum];
        between += low <= sum && sum <= high ? ways[picked * sums + sum] : 0;
    }
    return between / all;
}

} // namespace

double waited_longer(const std::vector<double>& baseline, const std::vector<double>& now)
{
    const Ranked all = ranked(baseline, now);
    if (baseline.empty() || now.empty()) {
        return 1;
    }
    constexpr std::size_t exact_side_max = 12;
    constexpr std::size_t exact_max = 80;
    if (all.twice_ranks.size() <= exact_max &&
        std::min(baseline.size(), now.size()) <= exact_side_max) {
        // Whichever side is the smaller: the ranks of the other are the rest.
        const auto twice_sum =
            std::accumulate(all.twice_ranks.begin(), all.twice_ranks.end(), std::size_t{0});
        return now.size() <= baseline.size()
                   ? share_of_picks(all.twice_ranks, now.size(), all.twice_sum_of_now, twice_sum)
                   : share_of_picks(all.twice_ranks, baseline.size(), 0,
                                    twice_sum - all.twice_sum_of_now);
    }
    const auto m = static_cast<double>(baseline.size());
    const auto n = static_cast<double>(now.size());
    const double longer = static_cast<double>(all.twice_sum_of_now) / 2 - n * (n + 1) / 2;
    const double variance = m * n / 12 * (m + n + 1 - all.ties / ((m + n) * (m + n - 1)));
    if (variance <= 0) {
        return 1; // all are equal
    }
    const double z = (longer - m * n / 2 - 0.5) / std::sqrt(variance);
    return std::erfc(z / std::sqrt(2.0)) / 2;
}

} // namespace firstlock

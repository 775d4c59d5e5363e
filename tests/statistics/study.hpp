#pragma once

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <vector>

#include "tests/statistics/simulated_setup.hpp"

namespace firstlock::simulated {

/// The M that an honest searcher reports who knows the curve beforehand, in the median of its runs.
///
/// It spends all of the budget on one M: n trials in a row, as many as the limits allow, or
/// `trials` where that is fewer. It may report M if all n were clean. Of all M it picks the largest
/// for which that happens in at least half of its runs, and at no smaller M would have happened
/// less often: a lock below what holds would refute it there as it does for the search. Nothing is
/// spent on finding M, and nothing is left for first_lock or m50.
inline int oracle_holds(const Setup& setup, const SearchLimits& limits, double trials = 1e9)
{
    int writers = 0;
    while (writers < limits.writers_max) {
        const double affordable = std::floor(limits.budget_s / clean_cost_s(writers + 1));
        const double n = std::min({trials, affordable, static_cast<double>(limits.trials_max)});
        if (std::pow(1 - setup.lock_probability(writers + 1), n) < 0.5) {
            break;
        }
        ++writers;
    }
    return writers;
}

/// What a method did over all repetitions on one set-up.
struct Figures {
    int repetitions = 0;
    int covered = 0;      ///< the interval of m50 holds the truth
    int above_locked = 0; ///< `holds` is not below each level that locked
    int dishonest = 0;    ///< the true P(lock) at `holds` is above holds_p_high
    int monotone = 0;
    int outside_below = 0; ///< m50 is below the range
    int outside_above = 0;
    double holds = 0; ///< medians from here on
    double p_high = 0;
    double trials = 0;
    double seconds = 0;
    double m50_low = 0;  ///< 1 for below the range
    double m50_high = 0; ///< writers_max + 1 for above it

    double share(int count) const { return static_cast<double>(count) / repetitions; }
};

inline double median(std::vector<double> values)
{
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

/// Runs `Method` against `setup` until it stops, `repetitions` times, seeds counted up from `seed`.
template <class Method>
Figures study(const Setup& setup, SearchLimits limits, int repetitions, std::uint64_t seed)
{
    using Place = WritersOrOutside::Place;
    Figures figures{.repetitions = repetitions};
    std::vector<double> holds, p_highs, trials, seconds, lows, highs;
    const int truth = true_m50(setup, limits.writers_max);
    const auto number = [&](const WritersOrOutside& of) {
        return of.place == Place::below   ? 1
               : of.place == Place::above ? limits.writers_max + 1
                                          : of.writers;
    };
    for (int repetition = 0; repetition < repetitions; ++repetition, ++seed) {
        limits.seed = seed;
        Method method(limits);
        const std::vector<TrialAnswer> told = run(method, setup, seed);
        const FirstLock found = method.result();
        trials.push_back(static_cast<double>(told.size()));
        seconds.push_back(seconds_of(told));
        lows.push_back(number(found.m50_low));
        highs.push_back(number(found.m50_high));
        holds.push_back(found.holds.value_or(0));
        p_highs.push_back(found.holds_p_high.value_or(1));
        figures.covered += lows.back() <= truth && truth <= highs.back();
        figures.monotone += found.monotone;
        figures.outside_below += found.m50.place == Place::below;
        figures.outside_above += found.m50.place == Place::above;
        figures.dishonest +=
            found.holds && setup.lock_probability(*found.holds) > *found.holds_p_high;
        figures.above_locked += std::ranges::any_of(found.levels, [&](const Level& level) {
            return level.locked > 0 && level.writers <= holds.back();
        });
    }
    figures.holds = median(holds);
    figures.p_high = median(p_highs);
    figures.trials = median(trials);
    figures.seconds = median(seconds);
    figures.m50_low = median(lows);
    figures.m50_high = median(highs);
    return figures;
}

inline void print_heading(const SearchLimits& limits)
{
    std::printf(
        "\nbudget %.0f s, up to %d writers; medians of what is not a share or a count\n"
        "shape          method    | m50 true  covered  interval  | holds oracle  of 59 p_high "
        "false locked | monotone trials seconds\n",
        limits.budget_s, limits.writers_max);
}

/// `false`: how often the true P(lock) is above p_high. `locked`: runs in which `holds` is not
/// below each locked M.
inline void print_row(const Setup& setup, const char* method, const Figures& of,
                      const SearchLimits& limits)
{
    std::printf("%-14s %-9s | %8d %7.1f%% %4.0f-%-5.0f | %5.0f %6d %6d %6.3f %4.1f%% %6d | %7.1f%% "
                "%6.0f %7.1f\n",
                setup.shape.c_str(), method, true_m50(setup, limits.writers_max),
                100 * of.share(of.covered), of.m50_low, of.m50_high, of.holds,
                oracle_holds(setup, limits), oracle_holds(setup, limits, 59), of.p_high,
                100 * of.share(of.dishonest), of.above_locked, 100 * of.share(of.monotone),
                of.trials, of.seconds);
}

} // namespace firstlock::simulated

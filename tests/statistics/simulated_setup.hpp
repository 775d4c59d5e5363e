#pragma once

#include <cmath>
#include <cstdint>
#include <functional>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include "helpers/statistics/first_lock.hpp"

namespace firstlock::simulated {

/// A set-up whose P(lock) is known: what a search is measured against.
struct Setup {
    std::string shape = "unnamed";
    bool is_monotone = true;
    std::function<double(int writers)> lock_probability = {};
    double timeout_s = 5; ///< what a locked trial costs on top of a clean one
};

inline double clean_cost_s(int writers)
{
    return 0.02 + 0.0005 * writers; // 1,000 writers in half a second, as measured on two cores
}

/// Logistic in log M: 1/2 at `middle`, and steeper the smaller `width` is.
inline std::function<double(int)> logistic(double middle, double width)
{
    return [=](int writers) { return 1 / (1 + std::exp(-std::log(writers / middle) / width)); };
}

/// Straight lines in log M between points, as in WAL at synchronous FULL: locks at 100 often, at
/// 500 sometimes, at 1000 never.
inline double rise_and_fall(int writers)
{
    const auto line = [&](double from, double p_from, double to, double p_to) {
        return p_from + (p_to - p_from) * std::log(writers / from) / std::log(to / from);
    };
    if (writers <= 50 || writers >= 1000) {
        return 0;
    }
    return writers <= 100   ? line(50, 0, 100, 0.5)
           : writers <= 500 ? line(100, 0.5, 500, 0.2)
                            : line(500, 0.2, 1000, 0);
}

inline std::vector<Setup> setups()
{
    return {
        {"steep", true, logistic(100, 0.05)},
        {"shallow", true, logistic(200, 0.7)},
        {"all-zero", true, [](int) { return 0.0; }},
        {"all-one", true, [](int) { return 1.0; }},
        {"step at 150", true, [](int writers) { return writers < 150 ? 0.0 : 1.0; }},
        {"flat at 0.06", true, [](int) { return 0.06; }},
        {"plateau at 0.3", true, [](int writers) { return writers < 60 ? 0.0 : 0.3; }},
        {"timeout 0", true, [](int writers) { return 1 - std::pow(0.7, writers - 1); }, 0},
        {"rise and fall", false, rise_and_fall},
    };
}

/// The smallest M with P(lock) >= 1/2; writers_max + 1 where there is none.
inline int true_m50(const Setup& setup, int writers_max)
{
    int writers = 1;
    while (writers <= writers_max && setup.lock_probability(writers) < 0.5) {
        ++writers;
    }
    return writers;
}

inline bool locks(double p, std::mt19937_64& random)
{
    return static_cast<double>(random() >> 11) * 0x1p-53 < p;
}

inline TrialAnswer answer(const Setup& setup, int writers, std::mt19937_64& random)
{
    const bool is_locked = locks(setup.lock_probability(writers), random);
    return {.writers = writers,
            .locked_writers = is_locked ? 1 + writers / 4 : 0,
            .seconds = clean_cost_s(writers) + (is_locked ? setup.timeout_s : 0)};
}

/// Asks and tells until `method` has stopped, and returns what it was told.
template <class Method>
std::vector<TrialAnswer> run(Method& method, const Setup& setup, std::uint64_t seed = 1)
{
    std::mt19937_64 random(seed);
    std::vector<TrialAnswer> told;
    while (const auto writers = method.next_writers()) {
        told.push_back(answer(setup, *writers, random));
        method.tell(told.back());
    }
    return told;
}

inline double seconds_of(const std::vector<TrialAnswer>& answers)
{
    return std::accumulate(
        answers.begin(), answers.end(), 0.0,
        [](double sum, const TrialAnswer& answer) { return sum + answer.seconds; });
}

} // namespace firstlock::simulated

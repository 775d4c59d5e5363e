#pragma once

#include "helpers/statistics/first_lock_search.hpp"

#include <cmath>
#include <cstdint>
#include <functional>
#include <numeric>
#include <random>
#include <string>
#include <vector>

namespace firstlock::simulated {

/// A set-up whose longest waits are known: what a search is measured against. W is log-normal with
/// a median that goes with M, on SQLite's grid.
struct Setup {
    std::string shape = "unnamed";
    std::function<double(double writers)> median_ms = {};
    double spread = 0.1;        ///< of log W
    double drift = 1;           ///< by this factor waits grow in a minute
    double correlation = 0;     ///< of log W from one trial to the next
    double other_course = 0;    ///< this share of the trials waits a third as long
    double refused_at_once = 0; ///< this share of the trials, whatever the timeout
    double timeout_ms = 5000;
};

inline double clean_cost_s(int writers)
{
    return 0.02 + 0.0005 * writers; // 1,000 writers in half a second, as measured on two cores
}

/// `ms` at `writers`, and `slope` in log-log.
inline std::function<double(double)> power(double ms, double writers, double slope)
{
    return [=](double m) { return ms * std::pow(m / writers, slope); };
}

/// Rollback with FULL on two cores (facts.md and fixtures: 128 ms at 8, 2 s at 24, 4.7 s at 40,
/// 9.5 s at 80): it bends.
inline double rollback_ms(double m)
{
    return m <= 16   ? 1100 * std::pow(m / 16, 3.1)
           : m <= 40 ? 1100 * std::pow(m / 16, 1.58)
                     : 4680 * std::pow(m / 40, 1.02);
}

/// WAL with FULL: up to 25 writers it rises steeply, and from then on it does not.
inline double wal_full_ms(double m)
{
    return m <= 40 ? 2800 * std::pow(m / 40, 2.5) : 2800;
}

inline std::vector<Setup> setups()
{
    return {
        {.shape = "steep", .median_ms = power(5000, 100, 1.4)},
        {.shape = "two regimes", .median_ms = rollback_ms},
        {.shape = "shallow", .median_ms = power(5000, 200, 0.6), .spread = 0.2},
        {.shape = "flat with a tail", .median_ms = wal_full_ms, .spread = 0.45},
        {.shape = "far away", .median_ms = power(50, 100, 0.9), .spread = 0.4},
        {.shape = "rises and falls",
         .median_ms = [](double m) { return 5000 * std::pow(m < 200 ? m / 100 : 400 / m, 1.4); }},
        {.shape = "falling", .median_ms = power(8000, 10, -0.6), .spread = 0.15},
        {.shape = "steep, drifting", .median_ms = power(5000, 100, 1.4), .drift = 1.3},
        {.shape = "steep, autocorrelated", .median_ms = power(5000, 100, 1.4), .correlation = 0.5},
        {.shape = "steep, some at once",
         .median_ms = power(5000, 100, 1.4),
         .refused_at_once = 0.1},
        {.shape = "steep, with strays", .median_ms = power(5000, 100, 1.4), .other_course = 0.07},
        {.shape = "timeout 0", .median_ms = power(300, 10, 1.4), .timeout_ms = 0},
    };
}

inline bool locks(double p, std::mt19937_64& random)
{
    return static_cast<double>(random() >> 11) * 0x1p-53 < p;
}

/// What happens in the trials of one search.
class World {
  public:
    World(const Setup& setup, std::uint64_t seed) : setup_(setup), random_(seed) {}

    TrialAnswer answer(const TrialQuestion& question)
    {
        std::normal_distribution<double> normal;
        const double r = setup_.correlation;
        noise_ = r * noise_ + std::sqrt(1 - r * r) * normal(random_);
        const double drift = std::pow(setup_.drift, seconds_ / 60);
        const bool is_stray = std::bernoulli_distribution(setup_.other_course)(random_);
        const double w = setup_.median_ms(question.writers) * drift *
                         std::exp(setup_.spread * noise_) / (is_stray ? 3 : 1);
        TrialAnswer answer{.writers = question.writers, .is_ample = question.is_ample};
        answer.is_refused_at_once = std::bernoulli_distribution(setup_.refused_at_once)(random_) ||
                                    question.timeout_ms == 0;
        answer.is_censored = w > question.timeout_ms || answer.is_refused_at_once;
        answer.waited_ms = answer.is_refused_at_once ? 0
                           : answer.is_censored      ? question.timeout_ms
                                                     : sum_from_ms(HandlerClock::sqlite, w);
        answer.locked_writers = answer.is_censored ? 1 + question.writers / 4 : 0;
        answer.seconds = clean_cost_s(question.writers) + *answer.waited_ms / 1000;
        seconds_ += answer.seconds;
        return answer;
    }
    double seconds() const { return seconds_; }

  private:
    const Setup& setup_;
    std::mt19937_64 random_;
    double noise_ = 0, seconds_ = 0;
};

/// Asks and tells until the search has stopped, and returns what it was told.
inline std::vector<TrialAnswer> run(FirstLockSearch& search, const Setup& setup,
                                    std::uint64_t seed = 1)
{
    World world(setup, seed);
    std::vector<TrialAnswer> told;
    while (const auto question = search.next()) {
        told.push_back(world.answer(*question));
        search.tell(told.back());
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

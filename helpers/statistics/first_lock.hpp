#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "helpers/statistics/tally.hpp"

namespace firstlock {

/// What a search may spend. Checked by whoever takes it: std::invalid_argument names the limit, its
/// value and what is accepted.
struct SearchLimits {
    int writers_max = 0; ///< the largest M that may be asked for, at least 1
    int trials_max = 0;  ///< answers in all, void ones included, at least 1
    double budget_s = 0; ///< of the answers, above 0; the trial that crosses it is the last
    std::uint64_t seed = 0;
};

/// How a trial with M writers ended. It is void when it says nothing about locks (design.md: failed
/// or unknown rows, no set-up), and locked when it is not void and has a locked writer.
struct TrialAnswer {
    int writers = 0;
    int locked_writers = 0; ///< from 0 to writers
    bool is_void = false;
    double seconds = 0; ///< what the trial cost
};

/// So many void trials in a row at one M end a search or a gate's test: something else is wrong
/// than locks.
constexpr int void_in_a_row_max = 5;

/// All trials with one number of writers. Bounds on P(lock) from its tally (tally.hpp) describe
/// this level alone, as if its trials had been fixed in number beforehand.
struct Level : Tally {
    int writers = 0;
    int locked_writers = 0;
    int void_trials = 0;
    int void_in_a_row = 0;
    double clean_seconds = 0; ///< what the clean ones cost

    void add(const TrialAnswer& answer)
    {
        void_in_a_row = answer.is_void ? void_in_a_row + 1 : 0;
        if (answer.is_void) {
            ++void_trials;
            return;
        }
        Tally::add(answer.locked_writers > 0);
        locked_writers += answer.locked_writers;
        clean_seconds += answer.locked_writers > 0 ? 0 : answer.seconds;
    }
};

/// A number of writers, or the news that it lies outside 1 ... writers_max: `below` when already
/// one writer locks so often, `above` when writers_max writers do not.
struct WritersOrOutside {
    enum class Place { below, inside, above };
    Place place = Place::inside;
    double writers = 0; ///< meaningful inside only

    /// Where the smallest M that locks so often is `writers`: 1 is below, more than
    /// writers_max above.
    static WritersOrOutside first(int writers, int writers_max)
    {
        const Place place = writers <= 1            ? Place::below
                            : writers > writers_max ? Place::above
                                                    : Place::inside;
        return {place, place == Place::inside ? static_cast<double>(writers) : 0};
    }
    bool operator==(const WritersOrOutside&) const = default;
};

/// What a search found. P(lock) is the probability that a trial with M writers has a locked writer.
struct FirstLock {
    std::optional<int> holds;           ///< below every M that ever locked; see FirstLockSearch
    std::optional<double> holds_p_high; ///< upper 95 % bound on P(lock) there
    std::optional<int> first_lock;      ///< the smallest M at which a trial saw a locked writer
    WritersOrOutside m50;               ///< the smallest M with P(lock) >= 1/2
    WritersOrOutside m50_low;           ///< 95 % interval of m50
    WritersOrOutside m50_high;
    int trials = 0; ///< without void ones
    int trials_locked = 0;
    std::vector<Level> levels; ///< ascending
    bool monotone = true;      ///< false: a fall of P(lock) with M is statistically real
    int writers_max = 0;
    double seconds_left = 0; ///< of the budget
    /// "decided", "budget", "trials", "too many void trials: …", or "not stopped" while it goes on
    std::string stopped_because;
};

} // namespace firstlock

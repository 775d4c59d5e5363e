#include "helpers/statistics/first_lock_search.hpp"

#include <algorithm>
#include <cmath>

#include "helpers/statistics/halfway.hpp"

namespace firstlock {
namespace {

// Shares are of the limits.
constexpr int patrol_depth = 5; // trials in each octave below the first lock before anything else
constexpr double patrol_share = 0.10;
constexpr double fall_share = 0.50;
constexpr double halfway_share = 0.50;  // before what holds is confirmed further
constexpr int sweep_depth = 2;          // trials on each rung of the sweep above a first lock
constexpr int probes = 3;               // clean trials that an M takes before it is confirmed
constexpr double rung_ratio_min = 1.15; // holds and a first lock this close leave no rung between

/// SplitMix64 (Steele, Lea and Flood, OOPSLA 2014): unlike the distributions of the standard
/// library it gives the same numbers on every platform.
std::uint64_t mix(std::uint64_t state)
{
    state += 0x9e3779b97f4a7c15;
    state = (state ^ (state >> 30)) * 0xbf58476d1ce4e5b9;
    state = (state ^ (state >> 27)) * 0x94d049bb133111eb;
    return state ^ (state >> 31);
}

} // namespace

FirstLockSearch::FirstLockSearch(SearchLimits limits)
    : history_(limits), half_(0.5, ThresholdSet::Guess::order, limits.writers_max),
      tenth_(0.1, ThresholdSet::Guess::near, limits.writers_max)
{
    plan_ = make_plan();
}

void FirstLockSearch::tell(const TrialAnswer& answer)
{
    history_.add(answer);
    if (!answer.is_void) {
        const bool is_locked = answer.locked_writers > 0;
        half_.add(answer.writers, is_locked);
        tenth_.add(answer.writers, is_locked);
        confirmations_.tell(answer.writers, is_locked);
    }
    if (plan_ && plan_->writers == answer.writers) {
        spent(plan_->purpose) += history_.share(answer);
    }
    plan_ = make_plan();
}

std::optional<FirstLockSearch::Plan> FirstLockSearch::make_plan()
{
    for (const Level& level : history_.levels()) {
        if (level.void_in_a_row >= void_in_a_row_max) {
            stopped_because_ = "too many void trials: " + std::to_string(void_in_a_row_max) +
                               " in a row with " + std::to_string(level.writers) + " writers";
            return std::nullopt;
        }
    }
    if (history_.is_spent()) {
        stopped_because_ = history_.seconds_left() <= 0 ? "budget" : "trials";
        return std::nullopt;
    }
    if (const auto writers = scan()) {
        return Plan{*writers, Purpose::scan};
    }
    if (!confirmations_.waiting()) {
        const bool is_patrol_due = spent(Purpose::patrol) < patrol_share && can_pay_a_lock();
        if (const auto writers = is_patrol_due ? patrol(patrol_depth) : std::nullopt) {
            return Plan{*writers, Purpose::patrol};
        }
        if (const auto writers = candidate()) {
            confirmations_.open(*writers);
        }
    }
    if (confirmations_.waiting() && !confirmations_.is_deepened()) {
        return Plan{*confirmations_.waiting(), Purpose::confirm};
    }
    if (const auto writers = fall()) {
        return Plan{*writers, Purpose::fall};
    }
    const bool is_halfway_next =
        spent(Purpose::halfway) < spent(Purpose::confirm) + spent(Purpose::climb);
    const auto halfway_writers = halfway();
    if (halfway_writers && is_halfway_next) {
        return Plan{*halfway_writers, Purpose::halfway};
    }
    if (const auto writers = climb()) {
        if (history_.level(*writers).clean() < probes) {
            return Plan{*writers, Purpose::climb};
        }
        confirmations_.open(*writers);
        return Plan{*writers, Purpose::confirm};
    }
    if (halfway_writers && spent(Purpose::halfway) < halfway_share) {
        return Plan{*halfway_writers, Purpose::halfway};
    }
    if (const auto plan = deepen()) {
        return plan;
    }
    if (halfway_writers) {
        return Plan{*halfway_writers, Purpose::halfway};
    }
    stopped_because_ = can_pay_a_lock() ? "decided" : "budget";
    return std::nullopt;
}

/// 1, 2, 4, 8 … writers_max, once each, up to the first lock.
std::optional<int> FirstLockSearch::scan() const
{
    const int writers_max = history_.limits().writers_max;
    for (int writers = 1; writers < history_.first_lock();) {
        if (history_.level(writers).trials == 0) {
            return writers;
        }
        writers = writers < writers_max ? std::min(writers_max, 2 * writers) : writers_max + 1;
    }
    return std::nullopt;
}

/// An M at random, on a grid of quarter octaves, in the octave that has the fewest trials; none
/// when each has `depth` of them. The octave below a first lock is left out: it is likely to lock
/// too, and climb() gets there for less.
std::optional<int> FirstLockSearch::patrol(int depth) const
{
    std::optional<int> octave; // its lowest M
    int fewest = depth;
    const int end = history_.has_locked() ? history_.first_lock() / 2 + 1 : history_.first_lock();
    for (int low = 1; low < end; low *= 2) {
        int trials = 0;
        for (const Level& level : history_.levels()) {
            trials += level.writers >= low && level.writers < 2 * low ? level.trials : 0;
        }
        if (trials < fewest) {
            fewest = trials;
            octave = low;
        }
    }
    if (!octave) {
        return std::nullopt;
    }
    const double quarter = std::floor(4 * random()) / 4;
    return std::min(static_cast<int>(std::lround(*octave * std::exp2(quarter))), end - 1);
}

/// The M to confirm while none is confirmed: the largest where nothing locked, else below the first
/// lock by a factor that grows with every failure.
std::optional<int> FirstLockSearch::candidate() const
{
    if (confirmations_.confirmed() || history_.first_lock() == 1) {
        return std::nullopt;
    }
    if (!history_.has_locked()) {
        return history_.limits().writers_max;
    }
    const double factor = std::exp2(1 + 0.5 * confirmations_.failures_in_a_row());
    return std::max(1, static_cast<int>(history_.first_lock() / factor));
}

/// The trial that tells most about a fall of P(lock): at writers_max first, which bisection never
/// sees again once something below has locked; where that is clean, on rungs in between; then, as
/// long as a level looks rarer than one below it, at either of them until one tenth is shown to lie
/// between them.
std::optional<int> FirstLockSearch::fall() const
{
    const int writers_max = history_.limits().writers_max;
    const auto range = tenth_.range();
    if (!range || history_.first_lock() >= writers_max || spent(Purpose::fall) >= fall_share ||
        !can_pay_a_lock()) {
        return std::nullopt;
    }
    const Level top = history_.level(writers_max);
    if (top.trials == 0) {
        return writers_max;
    }
    if (const auto writers = top.locked == 0 ? sweep() : std::nullopt) {
        return writers;
    }
    int common = 0; // the level that is thought to lock most often
    double most = 0.1;
    for (const Level& level : history_.levels()) {
        const double guess = level.locked > 0 ? tenth_.guess(level.writers) : 0;
        if (guess > most) {
            most = guess;
            common = level.writers;
        }
    }
    int rare = 0; // the highest above it that is thought to lock rarely
    for (auto level = history_.levels().rbegin(); common > 0 && level->writers > common; ++level) {
        if (tenth_.guess(level->writers) < 0.1) {
            rare = level->writers;
            break;
        }
    }
    if (rare == 0) {
        return std::nullopt;
    }
    // Clean trials reject each m below them, locks each m above.
    return range->low <= common ? rare : common;
}

/// The rung of the scan above the first lock that has the fewest trials, up to `sweep_depth` each.
std::optional<int> FirstLockSearch::sweep() const
{
    std::optional<int> rung;
    int fewest = sweep_depth;
    for (int writers = 1; writers < history_.limits().writers_max; writers *= 2) {
        const int trials = history_.level(writers).trials;
        if (writers > history_.first_lock() && trials < fewest) {
            fewest = trials;
            rung = writers;
        }
    }
    return rung;
}

/// The geometric middle between what is confirmed and the first lock, while there is room and it
/// can be paid.
std::optional<int> FirstLockSearch::climb() const
{
    const std::optional<int> base = confirmations_.confirmed();
    const int above = history_.first_lock();
    if (!base || !history_.has_locked() || above <= *base + 1 || above <= rung_ratio_min * *base ||
        confirmations_.is_deepened() || !can_pay_a_lock()) {
        return std::nullopt;
    }
    const int writers = std::clamp(static_cast<int>(std::lround(std::sqrt(1.0 * *base * above))),
                                   *base + 1, above - 1);
    const int trials = probes + confirmations_.trials_missing();
    if (trials * history_.clean_cost(writers) > history_.seconds_left() ||
        trials > history_.limits().trials_max - history_.answers()) {
        return std::nullopt;
    }
    return writers;
}

std::optional<int> FirstLockSearch::halfway() const
{
    const auto range = half_.range();
    if (!range || is_narrow(*range, history_.limits().writers_max) || !tenth_.range() ||
        !can_pay_a_lock()) {
        return std::nullopt;
    }
    return halfway_query(history_, half_, *range);
}

/// More trials at what holds, every fifth of them below it, where a lock would matter as much.
std::optional<FirstLockSearch::Plan> FirstLockSearch::deepen()
{
    const std::optional<int> base = confirmations_.confirmed();
    if (!base) {
        return std::nullopt;
    }
    confirmations_.deepen(*base);
    if (!confirmations_.waiting()) {
        return std::nullopt;
    }
    if (history_.answers() % 5 == 0 && *base > 1) {
        if (const auto writers = patrol(history_.answers())) {
            return Plan{*writers, Purpose::patrol};
        }
    }
    return Plan{*confirmations_.waiting(), Purpose::confirm};
}

/// Whether the budget would bear one more locked trial. It always bears the first, whose cost is
/// not known.
bool FirstLockSearch::can_pay_a_lock() const
{
    return history_.locked_cost() <= history_.seconds_left();
}

/// In [0, 1), the same for the same seed and number of answers.
double FirstLockSearch::random() const
{
    const auto answers = static_cast<std::uint64_t>(history_.answers());
    const std::uint64_t bits = mix(mix(history_.limits().seed) ^ mix(4 * answers + 1));
    return static_cast<double>(bits >> 11) * 0x1p-53;
}

FirstLock FirstLockSearch::result() const
{
    FirstLock found = history_.seen();
    if (const auto best = confirmations_.best()) {
        found.holds = best->writers;
        found.holds_p_high = best->p_high;
    }
    found.monotone = tenth_.range().has_value();
    const ThresholdSet::Range all{1, found.writers_max + 1};
    const auto range = found.monotone ? half_.range().value_or(all) : all;
    found.m50_low = WritersOrOutside::first(range.low, found.writers_max);
    found.m50_high = WritersOrOutside::first(range.high, found.writers_max);
    found.m50 = halfway_estimate(history_);
    found.stopped_because = plan_ ? "not stopped" : stopped_because_;
    return found;
}

} // namespace firstlock

#include "helpers/statistics/first_lock_search.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <set>

namespace firstlock {
namespace {

constexpr double ample_factor = 2;        // of the timeout
constexpr double ample_from = 0.5;        // of the timeout, where a wait is expected to be longer
constexpr double scan_until = 1.0 / 3;    // of the timeout
constexpr double seen_share = 1.0 / 3;    // of what was spent
constexpr double top_share = 0.1;         // of the budget, for one trial at writers_max
constexpr double block_share = 0.7;       // of what is left, for the levels of one block
constexpr int trials_without_waiting = 6; // tell that nobody waits
constexpr int blocks_when_far = 12;       // decide that a timeout is out of reach
constexpr double sharp_half = 1.15, sharp_twentieth = 1.25; // high over low
constexpr int sharp_trials = 16;
constexpr int small_crowd = 64;
constexpr double holds_alpha = 0.05, holds_p_max = 0.2;

/// SplitMix64 (Steele, Lea and Flood, OOPSLA 2014): unlike the distributions of the standard
/// library it gives the same numbers on every platform.
std::uint64_t mix(std::uint64_t state)
{
    state += 0x9e3779b97f4a7c15;
    state = (state ^ (state >> 30)) * 0xbf58476d1ce4e5b9;
    state = (state ^ (state >> 27)) * 0x94d049bb133111eb;
    return state ^ (state >> 31);
}

auto at_or_above(auto& levels, int writers)
{
    return std::lower_bound(levels.begin(), levels.end(), writers,
                            [](const Level& level, int sought) { return level.writers < sought; });
}

SearchLimits checked(const SearchLimits& limits)
{
    // A billion leaves room for sums of levels in an int; no machine starts that many writers.
    check(limits.writers_max >= 1 && limits.writers_max <= 1'000'000'000, "writers_max",
          limits.writers_max, "1 to 1000000000");
    check(limits.trials_max >= 1, "trials_max", limits.trials_max, "1 or more");
    check(limits.budget_s > 0 && std::isfinite(limits.budget_s), "budget_s", limits.budget_s,
          "seconds above 0");
    check(limits.timeout_ms >= 0 && std::isfinite(limits.timeout_ms), "timeout_ms",
          limits.timeout_ms, "0 or more");
    return limits;
}

void check_answer(const TrialAnswer& answer, const SearchLimits& limits)
{
    check(answer.writers >= 1 && answer.writers <= limits.writers_max, "the answer's writers",
          answer.writers, "1 to " + std::to_string(limits.writers_max));
    check(answer.locked_writers >= 0 && answer.locked_writers <= answer.writers,
          "the answer's locked_writers", answer.locked_writers,
          "0 to its writers, " + std::to_string(answer.writers));
    check(answer.seconds >= 0 && std::isfinite(answer.seconds), "the answer's seconds",
          answer.seconds, "0 or more");
    const double waited_ms = answer.waited_ms.value_or(0);
    check(waited_ms >= 0 && std::isfinite(waited_ms), "the answer's waited_ms", waited_ms,
          "0 or more");
}

/// High over low of an interval; infinite where an end is outside.
double ratio(const WritersEstimate& of)
{
    using Place = WritersOrOutside::Place;
    return of.low.place == Place::inside && of.high.place == Place::inside
               ? of.high.writers / of.low.writers
               : std::numeric_limits<double>::infinity();
}

} // namespace

std::optional<LongestWaitSeen> wait_seen(const TrialAnswer& answer, HandlerClock clock)
{
    if (!answer.waited_ms || (answer.is_void && !answer.is_censored)) {
        return std::nullopt;
    }
    LongestWaitSeen seen{.writers = answer.writers,
                         .is_refused_at_once = answer.is_refused_at_once};
    if (answer.is_censored) {
        seen.above_ms = *answer.waited_ms;
    } else {
        seen.above_ms = sum_below_ms(clock, *answer.waited_ms);
        seen.up_to_ms = std::max(1.0, *answer.waited_ms);
    }
    return seen;
}

FirstLockSearch::FirstLockSearch(SearchLimits limits)
    : limits_(checked(limits)),
      ample_ms_(sum_from_ms(limits.clock, ample_factor * limits.timeout_ms))
{
    seen_.writers_max = limits_.writers_max;
    seen_.ample_trials = 0;
    plan_ = make_plan();
}

void FirstLockSearch::tell(const TrialAnswer& answer)
{
    check_answer(answer, limits_);
    ++answers_;
    seconds_ += answer.seconds;
    if (!block_.empty() && plan_ == block_.back()) {
        block_.pop_back();
    } else if (plan_ && !plan_->is_ample && blocks_ > 0) {
        seen_seconds_ += answer.seconds;
    }
    witness(answer);
}

void FirstLockSearch::witness(TrialAnswer answer)
{
    check_answer(answer, limits_);
    auto place = at_or_above(seen_.levels, answer.writers);
    if (place == seen_.levels.end() || place->writers != answer.writers) {
        place = seen_.levels.insert(place, Level{});
        place->writers = answer.writers;
    }
    place->add(answer);
    const bool is_locked = answer.locked_writers > 0;
    if (!answer.is_void && answer.is_ample) {
        ++*seen_.ample_trials;
    } else if (!answer.is_void) {
        ++seen_.trials;
        seen_.trials_locked += is_locked ? 1 : 0;
        if (is_locked) {
            seen_.first_lock = std::min(seen_.first_lock.value_or(answer.writers), answer.writers);
        }
    }
    if (const auto wait = wait_seen(answer, limits_.clock)) {
        waits_.push_back(*wait);
        if (wait->wait_ms() && answer.writers > seen_.waited_at.value_or(0)) {
            seen_.waited_at = answer.writers;
        }
    }
    // A small crowd costs little more than its table.
    const double idle_s = answer.seconds - answer.waited_ms.value_or(0) / 1000;
    seconds_per_writer_ =
        std::max(seconds_per_writer_, idle_s / std::max(answer.writers, small_crowd));
    plan_ = make_plan();
}

std::optional<TrialQuestion> FirstLockSearch::make_plan()
{
    for (const Level& level : seen_.levels) {
        if (level.void_in_a_row >= void_in_a_row_max) {
            stopped_because_ = "too many void trials: " + std::to_string(void_in_a_row_max) +
                               " in a row with " + std::to_string(level.writers) + " writers";
            return std::nullopt;
        }
    }
    if (seconds_ >= limits_.budget_s || answers_ >= limits_.trials_max) {
        stopped_because_ = seconds_ >= limits_.budget_s ? "budget" : "trials";
        return std::nullopt;
    }
    if (does_not_wait() && answers_ >= trials_without_waiting) {
        stopped_because_ = "does not wait";
        return std::nullopt;
    }
    if (const auto next = scan()) {
        return next;
    }
    if (block_.empty()) {
        if (blocks_ > 0 && is_decided()) {
            stopped_because_ = "decided";
            return std::nullopt;
        }
        fill_block();
    }
    if (const auto next = seen_at_timeout()) {
        return next;
    }
    if (block_.empty()) {
        stopped_because_ = "budget"; // too little of it is left for any of them
        return std::nullopt;
    }
    return block_.back();
}

/// Whether the trials so far, the scan at least, say that refusals come at once.
bool FirstLockSearch::does_not_wait() const
{
    if (limits_.timeout_ms == 0) {
        return seen_.first_lock.has_value();
    }
    const auto at_once = std::count_if(waits_.begin(), waits_.end(),
                                       [](const auto& each) { return each.is_refused_at_once; });
    return 2 * at_once > static_cast<std::ptrdiff_t>(waits_.size());
}

std::optional<TrialQuestion> FirstLockSearch::scan() const
{
    if (blocks_ > 0) {
        return std::nullopt;
    }
    int longest_from = limits_.writers_max; // the smallest M that waited for long
    for (const LongestWaitSeen& trial : waits_) {
        if (trial.up_to_ms.value_or(trial.above_ms) > scan_until * limits_.timeout_ms) {
            longest_from = std::min(longest_from, trial.writers);
        }
    }
    int writers = std::min(2, limits_.writers_max);
    while (const Level* const tried = level(writers)) {
        if (writers == limits_.writers_max || 2 * writers > longest_from || does_not_wait()) {
            return std::nullopt;
        }
        if (tried->trials == 0) {
            break; // void until now
        }
        writers = std::min(2 * writers, longest_from);
    }
    return question(writers, false);
}

/// Whether a crowd of so many, or more, was seen to be served under the timeout.
bool FirstLockSearch::seen_clean_from(double writers) const
{
    return std::any_of(seen_.levels.begin(), seen_.levels.end(), [&](const Level& level) {
        return level.writers >= writers && level.clean() > 0;
    });
}

/// Where between none and half of the trials are expected to lock; nothing where none ever are.
std::optional<TrialQuestion> FirstLockSearch::seen_at_timeout() const
{
    const double half = writers_expected_at(0.5), few = writers_expected_at(0.05);
    if (is_far(half) || seen_seconds_ >= seen_share * std::max(seconds_, 1e-9)) {
        return std::nullopt;
    }
    // Whether the waits fall again with M is seen at writers_max, and nowhere else. Once.
    const TrialQuestion top = question(limits_.writers_max, false);
    if (limits_.writers_max > 2 * half && level(limits_.writers_max) == nullptr &&
        cost_s(top) <= top_share * limits_.budget_s) {
        return top;
    }
    // Where the first lock is to be seen, below which none is; then around one in twenty.
    const double lowest = std::max(few, half / 3);
    const double places[] = {lowest, std::sqrt(lowest * half), 0.8 * lowest};
    const bool is_locked_near = seen_.first_lock.value_or(limits_.writers_max) <= 2 * half;
    const TrialQuestion next = question(
        on_grid(is_locked_near ? places[static_cast<std::size_t>(answers_) % std::size(places)]
                               : 1.2 * half),
        false);
    return cost_s(next) <= limits_.budget_s - seconds_ ? std::optional(next) : std::nullopt;
}

void FirstLockSearch::fill_block()
{
    ++blocks_;
    const double half = writers_expected_at(0.5);
    const bool is_far = this->is_far(half);
    std::set<int> places; // each once
    if (does_not_wait()) {
        const int locked = seen_.first_lock.value_or(limits_.writers_max);
        places = {locked, std::max(2, locked / 2)};
    } else if (!is_far) {
        // Half octaves, and then those in between.
        const double first = blocks_ % 2 == 1 ? -4 : -3;
        for (double quarters = first; quarters <= 2; quarters += 2) {
            places.insert(on_grid(half * std::exp2(quarters / 4)));
        }
    } else {
        for (double writers = 10; writers < limits_.writers_max; writers *= std::sqrt(10)) {
            places.insert(static_cast<int>(std::lround(writers)));
        }
        places.insert(limits_.writers_max);
    }
    if (!is_far && blocks_ % 2 == 0 && seen_clean_from(2 * half)) {
        places.insert(on_grid(std::sqrt(half * limits_.writers_max)));
        places.insert(limits_.writers_max);
    }
    std::vector<int> order(places.begin(), places.end());
    if (is_far) { // the large crowds say most
        std::reverse(order.begin(), order.end());
    }
    double left_s = block_share * (limits_.budget_s - seconds_);
    for (const int writers : order) { // in this order, where not all can be paid
        // Where no M is expected to lock half of its trials, and yet crowds wait for long, every
        // second block shows what is seen.
        const bool may_be_ample = is_far ? blocks_ % 2 == 1 : writers <= 2 * half;
        const TrialQuestion next = question(std::min(writers, limits_.writers_max), may_be_ample);
        const double cost = cost_s(next);
        if (cost < left_s || (block_.empty() && blocks_ == 1)) {
            block_.push_back(next);
            left_s -= cost;
        }
    }
    for (std::size_t left = block_.size(); left > 1; --left) {
        std::swap(block_[left - 1], block_[mix(random() + left) % left]);
    }
}

bool FirstLockSearch::is_decided() const
{
    if (is_far(writers_expected_at(0.5))) {
        return blocks_ >= blocks_when_far;
    }
    if (static_cast<int>(waits_.size()) < sharp_trials) {
        return false;
    }
    const WaitCurve curve = wait_curve(waits_, limits_.timeout_ms);
    return ratio(curve.half) <= sharp_half && ratio(curve.twentieth) <= sharp_twentieth;
}

/// Infinite where too few trials have waited, as with a timeout of 0.
double FirstLockSearch::writers_expected_at(double share) const
{
    const auto expected =
        limits_.timeout_ms > 0 ? expected_writers(waits_, limits_.timeout_ms, share) : std::nullopt;
    return expected.value_or(std::numeric_limits<double>::infinity());
}

TrialQuestion FirstLockSearch::question(int writers, bool may_be_ample) const
{
    const bool is_ample = may_be_ample &&
                          expected_wait(writers) >= ample_from * limits_.timeout_ms &&
                          limits_.timeout_ms > 0;
    return {writers, is_ample, is_ample ? ample_ms_ : limits_.timeout_ms};
}

/// In ms. Where the curve says nothing yet: as the longest wait so far grows with M^1.5.
double FirstLockSearch::expected_wait(int writers) const
{
    if (const auto expected = expected_wait_ms(waits_, writers)) {
        return *expected;
    }
    double expected = 0;
    for (const LongestWaitSeen& trial : waits_) {
        const double wait_ms = trial.up_to_ms.value_or(trial.above_ms);
        expected = std::max(expected, wait_ms * std::pow(1.0 * writers / trial.writers, 1.5));
    }
    return expected;
}

double FirstLockSearch::cost_s(const TrialQuestion& question) const
{
    return std::min(expected_wait(question.writers), question.timeout_ms) / 1000 +
           seconds_per_writer_ * question.writers;
}

const Level* FirstLockSearch::level(int writers) const
{
    const auto found = at_or_above(seen_.levels, writers);
    return found == seen_.levels.end() || found->writers != writers ? nullptr : &*found;
}

/// The nearest of 2, 3, 4, 5, 6, 7, 8, 10 … (quarters of an octave), from 2 to writers_max.
int FirstLockSearch::on_grid(double writers) const
{
    const double quarters = std::round(4 * std::log2(std::max(1.0, writers)));
    const double nearest = std::min(std::exp2(quarters / 4), 1.0 * limits_.writers_max);
    return std::clamp(static_cast<int>(std::lround(nearest)), std::min(2, limits_.writers_max),
                      limits_.writers_max);
}

/// The same for the same seed and number of answers.
std::uint64_t FirstLockSearch::random() const
{
    return mix(mix(limits_.seed) ^ mix(static_cast<std::uint64_t>(answers_)));
}

FirstLock FirstLockSearch::seen() const
{
    FirstLock found = seen_;
    found.seconds_left = limits_.budget_s - seconds_;
    found.stopped_because = plan_ ? "not stopped" : stopped_because_;
    int levels = 0;
    for (const Level& level : found.levels) {
        levels += level.trials > 0 ? 1 : 0;
        if (level.trials > 0 && level.writers < found.first_lock.value_or(level.writers + 1)) {
            found.holds = level.writers;
            found.holds_trials = level.trials;
        }
    }
    if (found.holds_trials) {
        const double p_high = upper_bound({0, *found.holds_trials}, 1 - holds_alpha / levels);
        found.holds_p_high = p_high <= holds_p_max ? std::optional(p_high) : std::nullopt;
    }
    return found;
}

FirstLock FirstLockSearch::result() const
{
    FirstLock found = seen();
    found.curve = wait_curve(waits_, limits_.timeout_ms);
    found.m50 = found.curve->half.writers;
    found.m50_low = found.curve->half.low;
    found.m50_high = found.curve->half.high;
    found.monotone = found.curve->shape != CurveShape::falling;
    return found;
}

} // namespace firstlock

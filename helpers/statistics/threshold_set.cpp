#include "helpers/statistics/threshold_set.hpp"

#include <cmath>

namespace firstlock {
namespace {

/// One over the 5 % of Ville's inequality.
const double log_capital_needed = std::log(20);

} // namespace

ThresholdSet::ThresholdSet(double share, Guess guess, int writers_max)
    : share_(share), guess_(guess), writers_max_(writers_max)
{
}

double ThresholdSet::guess(int writers) const
{
    int locked = 0;
    int clean = 0;
    if (guess_ == Guess::level) {
        if (const auto found = levels_.find(writers); found != levels_.end()) {
            locked = found->second.locked;
            clean = found->second.clean;
        }
    } else {
        for (const auto& [at, level] : levels_) {
            locked += at <= writers ? level.locked : 0;
            clean += at >= writers ? level.clean : 0;
        }
    }
    // Half a trial's worth of not knowing (Krichevsky and Trofimov, 1981), centred where no bet is made.
    constexpr double unknown = 0.5;
    return (locked + unknown * share_) / (locked + clean + unknown);
}

void ThresholdSet::add(int writers, bool is_locked)
{
    const double bet = guess(writers);
    const double gain =
        is_locked ? std::log(bet / share_) : std::log1p(-bet) - std::log1p(-share_);
    Level& level = levels_[writers];
    (bet > share_ ? level.gain_from_locks : level.gain_from_clean) += gain;
    ++(is_locked ? level.locked : level.clean);
}

std::optional<ThresholdSet::Range> ThresholdSet::range() const
{
    double log_capital = 0; // of the m at hand: clean trials from it on, locks below it
    for (const auto& [at, level] : levels_) {
        log_capital += level.gain_from_clean;
    }
    std::optional<Range> range;
    int first_m = 1; // the m from here to the next level share one capital
    const auto take = [&](int last_m) {
        if (log_capital < log_capital_needed && first_m <= last_m) {
            range = Range{.low = range ? range->low : first_m, .high = last_m};
        }
        first_m = last_m + 1;
    };
    for (const auto& [at, level] : levels_) {
        take(at);
        log_capital += level.gain_from_locks - level.gain_from_clean;
    }
    take(writers_max_ + 1);
    return range;
}

bool ThresholdSet::is_shown_rare(int writers) const
{
    double gain = 0;
    for (auto at = levels_.lower_bound(writers); at != levels_.end(); ++at) {
        gain += at->second.gain_from_clean;
    }
    return gain >= log_capital_needed;
}

bool ThresholdSet::is_shown_common(int writers) const
{
    double gain = 0;
    for (auto at = levels_.begin(); at != levels_.end() && at->first <= writers; ++at) {
        gain += at->second.gain_from_locks;
    }
    return gain >= log_capital_needed;
}

} // namespace firstlock

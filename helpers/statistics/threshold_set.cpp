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
    constexpr double half_octave = 1.41421356;
    const bool is_near = guess_ == Guess::near;
    const double lowest = is_near ? writers / half_octave : 1;
    const double highest = is_near ? writers * half_octave : writers_max_;
    int locked = 0;
    int clean = 0;
    for (const auto& [at, level] : levels_) {
        if (at >= lowest && at <= highest) {
            locked += is_near || at <= writers ? level.locked : 0;
            clean += is_near || at >= writers ? level.clean() : 0;
        }
    }
    // So many trials' worth of not knowing, centred where no bet is made. Along a rising curve
    // answers agree and little caution is best (Krichevsky and Trofimov, 1981); within half an
    // octave they may well differ.
    const double unknown = guess_ == Guess::order ? 0.5 : 2;
    return (locked + unknown * share_) / (locked + clean + unknown);
}

void ThresholdSet::add(int writers, bool is_locked)
{
    const double bet = guess(writers);
    const double gain = is_locked ? std::log(bet / share_) : std::log1p(-bet) - std::log1p(-share_);
    Bets& level = levels_[writers];
    (bet > share_ ? level.gain_from_locks : level.gain_from_clean) += gain;
    level.add(is_locked);
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

} // namespace firstlock

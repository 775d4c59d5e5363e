#pragma once

#include <map>
#include <optional>

#include "helpers/statistics/tally.hpp"

namespace firstlock {

/// A 95 % confidence set for the smallest M with P(lock) >= `share`, on the sole assumption that
/// P(lock) does not fall with M, and at whatever moment and by whatever rule the levels and the end
/// were chosen.
///
/// For each m there is a hypothesis "P < share below m, P >= share from m on" and a capital that
/// bets against it: on a lock where the hypothesis calls locks rare, on a clean trial where it
/// calls them common, with odds that would be fair at P = share and are therefore no gain on
/// average while the hypothesis is true. By Ville's inequality the true m's capital ever reaches 20
/// with a probability of at most 5 %; an m is rejected when its capital has. An empty set says that
/// no curve which does not fall fits: the curve is not monotone. Sources: Ville, "Étude critique de
/// la notion de collectif" (1939); Waudby-Smith and Ramdas, "Estimating means of bounded random
/// variables by betting", JRSS B 86 (2024).
///
/// How much is staked follows a guess of P(lock) at that M from the trials before, which may be as
/// wrong as it likes: only how fast the set shrinks depends on it.
class ThresholdSet {
  public:
    /// Where the guess for M comes from. `order` counts each lock at or below M and each clean
    /// trial at or above M, quick where the curve rises; `near` counts what was seen within half an
    /// octave of M, which a fall elsewhere cannot mislead.
    enum class Guess { order, near };

    ThresholdSet(double share, Guess guess, int writers_max);

    void add(int writers, bool is_locked);

    struct Range {
        int low;  ///< 1: an m of 1 is not rejected, so even one writer may lock this often
        int high; ///< writers_max + 1: so many writers may lock less often
    };
    /// The smallest and the largest m that are not rejected; nothing when all are.
    std::optional<Range> range() const;

    /// The guess of P(lock) at `writers`, before any trial `share`.
    double guess(int writers) const;

  private:
    struct Bets : Tally {
        double gain_from_locks = 0; ///< logarithm; against each m above this level
        double gain_from_clean = 0; ///< logarithm; against each m up to this level
    };
    double share_;
    Guess guess_;
    int writers_max_;
    std::map<int, Bets> levels_;
};

} // namespace firstlock

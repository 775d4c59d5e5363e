#pragma once

#include "helpers/locks/lock.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace firstlock {

/// What the write lock did, moment by moment: somebody held it, or nobody and all who wanted it
/// slept, or nobody and somebody who wanted it was awake, or nobody wanted it.
class LockTimeline {
  public:
    static constexpr std::size_t doings = 7;
    /// Nanoseconds of each within an interval.
    struct Shares {
        std::array<std::int64_t, doings> held_doing{};
        std::int64_t idle_awaited = 0, handed_over = 0;
        std::int64_t held() const;
        std::int64_t doing(Doing what) const
        {
            return held_doing.at(static_cast<std::size_t>(what));
        }
    };

    /// Holds of the write lock, in any order; the others are ignored. Where two overlap, which two
    /// that were observed may by their slack, the time counts once.
    LockTimeline(const std::vector<Hold>& holds, const std::vector<Waiter>& waiters);

    /// Takes O(log n) time.
    Shares within(const TimeSpan& time) const;

  private:
    struct Point {
        std::int64_t at_ns;
        Shares until; ///< since the beginning
    };
    std::vector<Point> points_;
};

/// How long both last together, ns.
std::int64_t overlap_ns(const TimeSpan& one, const TimeSpan& other);

} // namespace firstlock

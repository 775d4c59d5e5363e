#pragma once

#include <algorithm>
#include <chrono>

namespace firstlock {

/// A point in time after which a wait gives up. Every wait in this project takes one. Durations are
/// scaled by FIRSTLOCK_DEADLINE_FACTOR where they are made (fixtures/run/settings.hpp), never here.
class Deadline {
  public:
    using Clock = std::chrono::steady_clock;

    explicit Deadline(std::chrono::milliseconds from_now) : at_(Clock::now() + from_now) {}

    bool has_passed() const { return Clock::now() >= at_; }
    Clock::time_point at() const { return at_; }
    /// Never below zero, rounded up so that a wait for it does not end a moment early.
    std::chrono::milliseconds left() const
    {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(at_ - Clock::now());
        return std::max(left, std::chrono::milliseconds{0});
    }

  private:
    Clock::time_point at_;
};

} // namespace firstlock

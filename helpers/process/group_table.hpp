#pragma once

#include <sys/types.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <csignal>
#include <cstddef>

namespace firstlock {

/// What a guardian says on stderr, which it closes then, once it has the table.
constexpr const char* guardian_ready = "firstlock guardian ready\n";

/// The process groups that are to be killed when the process that started them ends, however it
/// ends. Lies in memory that this process and its guardian share. Lock-free, since a signal handler
/// reads it. At most 16,384 groups at once are remembered; those beyond are stopped by the end of
/// their stdin.
class GroupTable {
  public:
    void enter(pid_t group) { slot_for(free_slot, group).store(group, std::memory_order_relaxed); }
    /// Call before the group's leader is reaped: from then on its number may be another's.
    void remove(pid_t group) { slot_for(group, group).store(free_slot, std::memory_order_relaxed); }
    std::size_t size() const
    {
        return static_cast<std::size_t>(std::count_if(
            slots_.begin(), slots_.end(), [](const auto& slot) { return slot != free_slot; }));
    }
    /// Kills them all and forgets them. Safe in a signal handler.
    void kill_all()
    {
        for (auto& slot : slots_) {
            if (const pid_t group = slot.exchange(free_slot); group > 0) {
                ::kill(-group, SIGKILL);
            }
        }
    }

  private:
    static_assert(std::atomic<pid_t>::is_always_lock_free, "two processes share it");
    static constexpr std::size_t slot_count = 16'384;
    static constexpr pid_t free_slot = 0;

    std::atomic<pid_t>& slot_for(pid_t value, pid_t start)
    {
        const std::size_t first = static_cast<std::size_t>(start) % slot_count;
        for (std::size_t step = 0; step < slot_count; ++step) {
            auto& slot = slots_.at((first + step) % slot_count);
            if (slot.load(std::memory_order_relaxed) == value) {
                return slot;
            }
        }
        static std::atomic<pid_t> overflow{free_slot};
        return overflow;
    }

    std::array<std::atomic<pid_t>, slot_count> slots_{};
};

} // namespace firstlock

#pragma once

#include "helpers/locks/lock.hpp"
#include "helpers/sqlite/vfs_call.hpp"

#include <vector>

namespace firstlock {

/// What the calls of one writer come to: its holds, and when it slept without one. `end_ns` is when
/// the process was done, for what it had not given back; a hold begins when the lock was granted
/// and ends when it was given up, both by the calls' own times.
struct RecordedHolds {
    std::vector<Hold> holds;
    std::vector<TimeSpan> asleep;
};

RecordedHolds holds_in(const std::vector<VfsCall>& calls, std::int64_t pid, std::int64_t end_ns);

} // namespace firstlock

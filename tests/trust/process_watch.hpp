#pragma once

#include "helpers/process/deadline.hpp"

#include <sys/types.h>

#include <string>

namespace firstlock {

/// Watches a process that need not be a child of this one. Begin to watch while it lives, so that a
/// later process with the same number is not taken for it. An ended one that nobody has reaped yet
/// counts as ended.
class ProcessWatch {
  public:
    explicit ProcessWatch(pid_t pid);
    ~ProcessWatch();
    ProcessWatch(ProcessWatch&& other) noexcept;
    ProcessWatch& operator=(ProcessWatch&&) = delete;

    pid_t pid() const { return pid_; }
    /// Waits for its end; false when it still runs at the deadline.
    bool ended_by(const Deadline& deadline) const;

  private:
    bool has_ended() const;

    pid_t pid_;
    int handle_ = -1; // pidfd, where the system has such
};

} // namespace firstlock

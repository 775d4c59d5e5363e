#pragma once

#include "helpers/process/deadline.hpp"
#include "helpers/process/descriptor.hpp"

#include <sys/types.h>

namespace firstlock {

/// Watches a process that need not be a child of this one. Begin to watch while it lives, so that a
/// later process with the same number is not taken for it. An ended one that nobody has reaped yet
/// counts as ended. Skips the case where the system has no pidfd_open.
class ProcessWatch {
  public:
    explicit ProcessWatch(pid_t pid);

    pid_t pid() const { return pid_; }
    /// Waits for its end; false when it still runs at the deadline.
    bool ended_by(const Deadline& deadline) const;

  private:
    pid_t pid_;
    Descriptor handle_; // a pidfd; none: it had ended before
};

} // namespace firstlock

#pragma once

#include "helpers/process/deadline.hpp"
#include "helpers/process/descriptor.hpp"

#include <catch2/catch_test_macros.hpp>

#include <poll.h>
#ifdef FIRSTLOCK_LINUX
#include <sys/syscall.h>
#endif
#include <unistd.h>

#include <cerrno>

namespace firstlock {

/// Watches a process that need not be a child of this one. Begin to watch while it lives, so that a
/// later process with the same number is not taken for it. An ended one that nobody has reaped yet
/// counts as ended. Skips the case where the system has no pidfd_open.
class ProcessWatch {
  public:
    explicit ProcessWatch(pid_t pid) : pid_(pid)
    {
        errno = ENOSYS;
#if defined(FIRSTLOCK_LINUX) && defined(SYS_pidfd_open)
        handle_.reset(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
#endif
        if (handle_.get() < 0 && errno != ESRCH) {
            SKIP("this system does not tell of the end of a process that is not a child "
                 "(pidfd_open)");
        }
    }

    pid_t pid() const
    {
        return pid_;
    }
    /// Waits for its end; false when it still runs at the deadline.
    bool ended_by(const Deadline& deadline) const
    {
        pollfd entry{handle_.get(), POLLIN, 0};
        int ready = handle_.get() < 0 ? 1 : -1;
        while (ready < 0) {
            ready = ::poll(&entry, 1, static_cast<int>(deadline.left().count()));
            if (ready < 0 && errno != EINTR) {
                return false;
            }
        }
        return ready == 1;
    }

  private:
    pid_t pid_;
    Descriptor handle_; // a pidfd; none: it had ended before
};

} // namespace firstlock

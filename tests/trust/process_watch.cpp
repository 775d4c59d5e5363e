#include "tests/trust/process_watch.hpp"

#include <catch2/catch_test_macros.hpp>

#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

namespace firstlock {

ProcessWatch::ProcessWatch(pid_t pid) : pid_(pid)
{
    errno = ENOSYS;
#ifdef SYS_pidfd_open
    handle_.reset(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
#endif
    if (handle_.get() < 0 && errno != ESRCH) {
        SKIP("this system does not tell of the end of a process that is not a child (pidfd_open)");
    }
}

bool ProcessWatch::ended_by(const Deadline& deadline) const
{
    pollfd entry{handle_.get(), POLLIN, 0};
    int ready = handle_.get() < 0 ? 1 : -1; // it had ended before
    while (ready < 0) {
        ready = ::poll(&entry, 1, static_cast<int>(deadline.left().count()));
        if (ready < 0 && errno != EINTR) {
            return false;
        }
    }
    return ready == 1;
}

} // namespace firstlock

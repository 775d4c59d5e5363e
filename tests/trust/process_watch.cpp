#include "tests/trust/process_watch.hpp"

#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <fstream>
#include <utility>

namespace firstlock {

ProcessWatch::ProcessWatch(pid_t pid) : pid_(pid)
{
#ifdef SYS_pidfd_open
    handle_ = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
#endif
}

ProcessWatch::~ProcessWatch()
{
    if (handle_ >= 0) {
        ::close(handle_);
    }
}

ProcessWatch::ProcessWatch(ProcessWatch&& other) noexcept
    : pid_(other.pid_), handle_(std::exchange(other.handle_, -1))
{
}

bool ProcessWatch::has_ended() const
{
    if (handle_ >= 0) {
        pollfd entry{handle_, POLLIN, 0};
        return ::poll(&entry, 1, 0) == 1;
    }
    if (::kill(pid_, 0) != 0 && errno == ESRCH) {
        return true;
    }
    // "pid (name) state …": the name may hold anything, so the state is looked for behind its last
    // bracket.
    std::ifstream file("/proc/" + std::to_string(pid_) + "/stat");
    const std::string stat{std::istreambuf_iterator<char>(file), {}};
    const auto bracket = stat.rfind(')');
    return bracket != std::string::npos && stat.substr(bracket, 3) == ") Z";
}

bool ProcessWatch::ended_by(const Deadline& deadline) const
{
    while (!has_ended()) {
        if (deadline.has_passed()) {
            return false;
        }
        const int left_ms = static_cast<int>(std::min<std::int64_t>(deadline.left().count(), 1000));
        if (handle_ >= 0) {
            pollfd entry{handle_, POLLIN, 0};
            ::poll(&entry, 1, left_ms);
        } else {
            ::poll(nullptr, 0, std::min(left_ms, 5)); // no way to be told: look again
        }
    }
    return true;
}

} // namespace firstlock

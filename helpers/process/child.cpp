#include "helpers/process/child.hpp"

#include "helpers/process/descriptor.hpp"
#include "helpers/process/guardian.hpp"
#include "helpers/process/interrupt.hpp"
#include "helpers/process/launcher.hpp"

#include <poll.h>
#ifdef FIRSTLOCK_LINUX
#include <sys/syscall.h>
#endif
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace firstlock {
namespace {

ExitStatus status_from(int raw)
{
    return WIFSIGNALED(raw) ? ExitStatus{0, WTERMSIG(raw)} : ExitStatus{WEXITSTATUS(raw), 0};
}

/// Blocks until the child has ended or the time is over, where the system has a way to do that.
void wait_for_end([[maybe_unused]] pid_t pid, std::chrono::milliseconds time_max)
{
#if defined(FIRSTLOCK_LINUX) && defined(SYS_pidfd_open)
    const Descriptor handle(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
    if (handle.get() >= 0) {
        pollfd entry{handle.get(), POLLIN, 0};
        ::poll(&entry, 1, static_cast<int>(time_max.count()));
        return;
    }
#endif
    ::poll(nullptr, 0, static_cast<int>(std::min<std::int64_t>(time_max.count(), 2)));
}

} // namespace

std::string ExitStatus::text() const
{
    if (signal == 0) {
        return "exit status " + std::to_string(code);
    }
    return "signal " + std::to_string(signal) + " (" + ::strsignal(signal) + ")";
}

Child::Child(const Command& command)
{
    set_parents_signals();
    guarded_groups(); // before there is anything to guard
    const SignalsHeld until_it_is_in_the_account;
    Launched launched = launch(command);
    pid_ = launched.pid;
    remember_group(pid_);
    stdin_ = std::move(launched.in);
    stdout_ = std::move(launched.out);
    stderr_ = std::move(launched.err);
}

Child::Child(Child&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)), stdin_(std::move(other.stdin_)),
      stdout_(std::move(other.stdout_)), stderr_(std::move(other.stderr_)), status_(other.status_)
{
}

Child::~Child()
{
    if (pid_ > 0 && !poll()) {
        ::kill(-pid_, SIGKILL);
        ::kill(pid_, SIGKILL); // also where it has not reached setpgid yet
        reap();
    }
}

bool Child::write(std::string_view text)
{
    ssize_t written = -1;
    do {
        written = ::write(stdin_.get(), text.data(), text.size());
    } while (written < 0 && errno == EINTR);
    return written == static_cast<ssize_t>(text.size());
}

std::optional<ExitStatus> Child::poll()
{
    if (status_ || pid_ <= 0) {
        return status_;
    }
    siginfo_t info{};
    // WNOWAIT leaves a zombie, which keeps the number of the group taken while we end what is left
    // of it: nothing that a writer started outlives it.
    const int result = ::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT);
    if (result != 0 && errno != EINTR) {
        throw std::system_error(errno, std::generic_category(), "waitid " + std::to_string(pid_));
    }
    if (result == 0 && info.si_pid == pid_) {
        ::kill(-pid_, SIGKILL);
        reap();
    }
    return status_;
}

void Child::reap()
{
    forget_group(pid_); // before its number is free for another
    int raw = 0;
    while (::waitpid(pid_, &raw, 0) < 0 && errno == EINTR) {
    }
    status_ = status_from(raw);
}

std::optional<ExitStatus> Child::wait(const Deadline& deadline)
{
    while (!poll()) {
        if (deadline.has_passed()) {
            return std::nullopt;
        }
        wait_for_end(pid_, deadline.left());
    }
    return status_;
}

ExitStatus Child::stop(std::chrono::milliseconds grace)
{
    close_stdin();
    for (const int signal : {0, SIGTERM, SIGKILL}) {
        if (signal != 0) {
            send(signal);
        }
        if (const auto status = wait(Deadline(grace))) {
            return *status;
        }
    }
    throw std::runtime_error("child " + std::to_string(pid_) + " survived SIGKILL for " +
                             std::to_string(grace.count()) + " ms");
}

void Child::send(int signal)
{
    if (pid_ > 0 && !status_ && ::kill(-pid_, signal) != 0) {
        ::kill(pid_, signal);
    }
}

std::string Child::stderr_tail(std::size_t bytes_max) const
{
    const off_t size = ::lseek(stderr_.get(), 0, SEEK_END);
    const auto length = std::min(bytes_max, static_cast<std::size_t>(std::max<off_t>(size, 0)));
    std::string tail(length, '\0');
    const ssize_t got =
        ::pread(stderr_.get(), tail.data(), length, size - static_cast<off_t>(length));
    tail.resize(static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    return tail;
}

} // namespace firstlock

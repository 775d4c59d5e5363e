#include "helpers/process/launcher.hpp"

#include "helpers/process/interrupt.hpp"
#include "helpers/process/streams.hpp"

#include <boost/process/v2/environment.hpp>
#include <boost/process/v2/posix/default_launcher.hpp>
#include <boost/process/v2/stdio.hpp>

#include <fcntl.h>
#ifdef FIRSTLOCK_LINUX
#include <sched.h>
#include <sys/syscall.h>
#endif
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <utility>

namespace firstlock {
namespace {

namespace process = boost::process::v2;

#if defined(__SANITIZE_THREAD__)
#define FIRSTLOCK_UNDER_TSAN
#elif defined(__has_feature) // clang's way to say so
#if __has_feature(thread_sanitizer)
#define FIRSTLOCK_UNDER_TSAN
#endif
#endif
#if defined(FIRSTLOCK_LINUX) && !defined(FIRSTLOCK_UNDER_TSAN)
#define FIRSTLOCK_SHARES_TABLE
#endif

/// Starts a child for the price of a small process, however many descriptors this one has open: a
/// fork copies, and an exec walks, the table of them, which for a parent of thousands is long (a
/// writer among 5000: 1.3 ms, beside 0.6 ms among 100). So on Linux the child is born into our
/// table, and then takes a copy of the first few of it. It closes nothing before, so no lock of
/// ours falls. ThreadSanitizer knows no such child. Gives back its pid, and not a process object:
/// that would open a pidfd, which containers and old kernels refuse.
struct Launcher : process::posix::default_launcher {
    template <typename Arguments, typename... Hooks>
    pid_t operator()(boost::system::error_code& error, const process::filesystem::path& executable,
                     const Arguments& arguments, Hooks&&... hooks)
    {
        namespace detail = process::posix::detail;
        const char* const* argv = build_argv_(executable, arguments);
        if ((error = detail::on_setup(*this, executable, argv, hooks...))) {
            return -1;
        }
        auto in_child = [&] {
            auto refusal = detail::on_exec_setup(*this, executable, argv, hooks...);
            if (!refusal) {
                close_all_fds(refusal);
            }
            errno = refusal.value(); // for the hook
            if (!refusal) {
                ::execve(executable.c_str(), const_cast<char* const*>(argv),
                         const_cast<char* const*>(env));
            }
            detail::on_exec_error(*this, executable, argv, refusal, hooks...);
            return 127;
        };
#ifdef FIRSTLOCK_SHARES_TABLE
        alignas(16) std::array<std::byte, 65'536> stack; // we wait until it is used no more
        pid = ::clone([](void* act) { return (*static_cast<decltype(in_child)*>(act))(); },
                      stack.data() + stack.size(),
                      CLONE_VM | CLONE_VFORK | (can_share_table() ? CLONE_FILES : 0) | SIGCHLD,
                      &in_child);
#else
        pid = ::vfork();
        if (pid == 0) {
            ::_exit(in_child());
        }
#endif
        if (pid < 0) {
            error.assign(errno, boost::system::system_category());
        }
        return pid;
    }

    /// In the child, before it changes its table: ends the sharing. What is `first` or above is
    /// not even copied; a kernel before 5.9 copies all.
    static bool leave_the_parents_table([[maybe_unused]] int first)
    {
#ifdef FIRSTLOCK_SHARES_TABLE
        return !can_share_table() || leave_shared_table(first);
#else
        return true; // it was never in it
#endif
    }

#ifdef FIRSTLOCK_SHARES_TABLE
  private:
    static bool leave_shared_table(int first)
    {
        const long close_range = 436; // its number, for older headers, and CLOSE_RANGE_UNSHARE
        const unsigned all = ~0U, unshare = 2;
        return ::syscall(close_range, first, all, unshare) == 0 || ::unshare(CLONE_FILES) == 0;
    }

    /// Whether a child can end the sharing, found out once by one that does nothing else. It cannot
    /// where the kernel is older than 5.9 and a container forbids unshare().
    static bool can_share_table()
    {
        static const bool can = [] {
            alignas(16) std::array<std::byte, 16'384> stack;
            const pid_t probe =
                ::clone([](void* /*unused*/) { return leave_shared_table(0) ? 0 : 1; },
                        stack.data() + stack.size(), CLONE_VM | CLONE_VFORK | CLONE_FILES | SIGCHLD,
                        nullptr);
            int status = -1;
            return probe > 0 && ::waitpid(probe, &status, 0) == probe && status == 0;
        }();
        return can;
    }
#endif
};

/// What happens between fork and exec. Boost.Process calls these hooks; they run in the child but
/// in the parent's memory, so they make system calls and nothing else.
struct InChild {
    int descriptors_end; // all that the child needs are below
    int* exec_error;

    template <typename AnyLauncher, typename... Rest>
    boost::system::error_code on_exec_setup(AnyLauncher& /*unused*/,
                                            const Rest&... /*unused*/) const
    {
        if (!Launcher::leave_the_parents_table(descriptors_end)) {
            return {errno, boost::system::system_category()};
        }
        ::setpgid(0, 0);            // so that a script's own children can be stopped with it
        ::signal(SIGPIPE, SIG_DFL); // the parent ignores it, and an ignored signal is inherited
        SignalsHeld::let_go_in_child();
        return {};
    }

    // A launcher may call exit() after this, which runs the parent's destructors in the parent's
    // memory.
    template <typename AnyLauncher, typename... Rest>
    void on_exec_error(AnyLauncher& /*unused*/, const Rest&... /*unused*/) const
    {
        *exec_error = errno;
        ::_exit(127);
    }
};

} // namespace

pid_t launch(const Command& command, int in, int out, int err)
{
    int exec_error = 0;
    boost::system::error_code error;
    const pid_t pid =
        Launcher()(error, process::filesystem::path(command.executable.string()), command.arguments,
                   process::process_environment(command.environment),
                   InChild{std::max({in, out, err}) + 1, &exec_error}, // before its streams
                   process::process_stdio{in, out, err});
    if (exec_error != 0) {
        if (pid > 0) {
            ::waitpid(pid, nullptr, 0); // it has exited already, with 127
        }
        throw_start_error(command, "exec", exec_error);
    }
    if (error) {
        throw_start_error(command, "fork", error.value());
    }
    return pid;
}

/// An unnamed file takes what the child says on stderr: it never blocks the child, costs the parent
/// no reads while writers run, and is there to be quoted afterwards, whoever in the child's family
/// wrote to it.
Launched launch(const Command& command)
{
    Pipe in = make_pipe(command);
    Pipe out = make_pipe(command);
    Descriptor err = make_unnamed_file(command, "file for stderr");
    // Appending, so that a grandchild that shares the file cannot overwrite what its parent wrote.
    ::fcntl(err.get(), F_SETFL, O_APPEND);
    // A child that reads nothing must not hang us; one that says nothing is polled before it is
    // read.
    ::fcntl(in.write_end.get(), F_SETFL, O_NONBLOCK);
    const pid_t pid = launch(command, in.read_end.get(), out.write_end.get(), err.get());
    return {pid, set_aside(std::move(in.write_end)), set_aside(std::move(out.read_end)),
            set_aside(std::move(err))};
}

} // namespace firstlock

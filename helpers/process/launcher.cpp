#include "helpers/process/launcher.hpp"

#include "helpers/process/interrupt.hpp"
#include "helpers/process/launch_thread.hpp"
#include "helpers/process/limits.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/process/v2/posix/vfork_launcher.hpp>
#include <boost/process/v2/process.hpp>
#include <boost/process/v2/stdio.hpp>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <system_error>
#include <utility>

namespace firstlock {
namespace {

namespace process = boost::process::v2;

struct Pipe {
    Descriptor read_end, write_end;
};

[[noreturn]] void throw_start_error(const Command& command, const std::string& step, int error)
{
    throw StartError("cannot start '" + command.executable.string() + "': " + step + ": " +
                     std::generic_category().message(error) + limit_behind(error));
}

/// Both ends are close-on-exec: a writer that held another's stdin open would keep its gate shut
/// for ever.
Pipe make_pipe(const Command& command)
{
    std::array<int, 2> ends{};
#ifdef __linux__
    const int result = ::pipe2(ends.data(), O_CLOEXEC);
#else
    const int result = ::pipe(ends.data());
#endif
    if (result != 0) {
        throw_start_error(command, "pipe", errno);
    }
#ifndef __linux__
    ::fcntl(ends[0], F_SETFD, FD_CLOEXEC);
    ::fcntl(ends[1], F_SETFD, FD_CLOEXEC);
#endif
    return {Descriptor(ends[0]), Descriptor(ends[1])};
}

/// An unnamed file takes what the child says on stderr: it never blocks the child, costs the parent
/// no reads while writers run, and is there to be quoted afterwards, whoever in the child's family
/// wrote to it.
Descriptor make_stderr_file(const Command& command)
{
#ifdef __linux__
    Descriptor file(::memfd_create("firstlock-stderr", MFD_CLOEXEC));
#else
    std::string name =
        (std::filesystem::temp_directory_path() / "firstlock-stderr-XXXXXX").string();
    Descriptor file(::mkstemp(name.data()));
    ::unlink(name.c_str());
    ::fcntl(file.get(), F_SETFD, FD_CLOEXEC);
#endif
    if (file.get() < 0) {
        throw_start_error(command, "file for stderr", errno);
    }
    // Appending, so that a grandchild that shares the file cannot overwrite what its parent wrote.
    ::fcntl(file.get(), F_SETFL, O_APPEND);
    return file;
}

/// What happens between fork and exec. Boost.Process calls these hooks; between vfork and exec they
/// run in the child but in the parent's memory, so they make system calls and nothing else.
struct InChild {
    const char* const* environment;
    int* exec_error;

    template <typename Launcher, typename... Rest>
    boost::system::error_code on_setup(Launcher& launcher, const Rest&... /*unused*/) const
    {
        launcher.env = environment;
        return {};
    }

    template <typename Launcher, typename... Rest>
    boost::system::error_code on_exec_setup(Launcher& /*unused*/, const Rest&... /*unused*/) const
    {
        ::setpgid(0, 0);            // so that a script's own children can be stopped with it
        ::signal(SIGPIPE, SIG_DFL); // the parent ignores it, and an ignored signal is inherited
        SignalsHeld::let_go_in_child();
        return {};
    }

    // The launcher would call exit() here, which runs the parent's destructors in the parent's
    // memory.
    template <typename Launcher, typename... Rest>
    void on_exec_error(Launcher& /*unused*/, const Rest&... /*unused*/) const
    {
        *exec_error = errno;
        ::_exit(127);
    }
};

std::vector<const char*> pointers_to(const std::vector<std::string>& texts)
{
    std::vector<const char*> pointers;
    pointers.reserve(texts.size() + 1);
    for (const std::string& text : texts) {
        pointers.push_back(text.c_str());
    }
    pointers.push_back(nullptr);
    return pointers;
}

/// A context that lives for one start only: on a shared one each start re-registers all earlier
/// children, which is quadratic (0.82 ms a start at 1000 children, 2.2 ms at 3000; this way 0.30 ms
/// at both).
pid_t start(const Command& command, int in, int out, int err)
{
    const std::vector<const char*> environment = pointers_to(command.environment);
    int exec_error = 0;
    boost::system::error_code error;
    boost::asio::io_context context;
    auto child = process::posix::vfork_launcher()(
        context.get_executor(), error, process::filesystem::path(command.executable.string()),
        command.arguments, process::process_stdio{in, out, err},
        InChild{environment.data(), &exec_error});
    if (exec_error != 0) {
        const pid_t pid = child.id();
        child.detach();
        if (pid > 0) {
            ::waitpid(pid, nullptr, 0); // it has exited already, with 127
        }
        throw_start_error(command, "exec", exec_error);
    }
    if (error) {
        throw_start_error(command, "fork", error.value());
    }
    const pid_t pid = child.id();
    child.detach(); // reaped by pid from here on
    return pid;
}

} // namespace

Launched launch(const Command& command)
{
    Pipe in = make_pipe(command);
    Pipe out = make_pipe(command);
    Descriptor err = make_stderr_file(command);
    // A child that reads nothing, or says nothing, must not hang us.
    ::fcntl(in.write_end.get(), F_SETFL, O_NONBLOCK);
    ::fcntl(out.read_end.get(), F_SETFL, O_NONBLOCK);
    const pid_t pid = start(command, in.read_end.get(), out.write_end.get(), err.get());
    return {pid, std::move(in.write_end), std::move(out.read_end), std::move(err)};
}

void launch_all(std::size_t count, const std::function<const Command&(std::size_t)>& command_of,
                const std::function<void(Launched)>& take)
{
    const auto start = [&](std::size_t index) { return launch(command_of(index)); };
    if (LaunchThread* const thread = LaunchThread::instance()) {
        thread->run(count, start, take);
        return;
    }
    for (std::size_t index = 0; index < count; ++index) {
        take(start(index));
    }
}

} // namespace firstlock

#include "helpers/process/child.hpp"

#include "helpers/process/interrupt.hpp"
#include "helpers/process/limits.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/process/v2/posix/vfork_launcher.hpp>
#include <boost/process/v2/process.hpp>
#include <boost/process/v2/stdio.hpp>

#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <system_error>
#include <utility>

#ifndef __GLIBC__ // which declares it in unistd.h
extern char** environ;
#endif

namespace firstlock {
namespace {

namespace process = boost::process::v2;

/// A descriptor that closes itself; what the parent keeps is released from it.
class Descriptor {
  public:
    explicit Descriptor(int number = -1) : number_(number) {}
    ~Descriptor() { reset(); }
    Descriptor(Descriptor&& other) noexcept : number_(other.release()) {}
    Descriptor& operator=(Descriptor&& other) noexcept
    {
        reset(other.release());
        return *this;
    }
    int get() const { return number_; }
    int release() { return std::exchange(number_, -1); }
    void reset(int number = -1)
    {
        if (number_ >= 0) {
            ::close(number_);
        }
        number_ = number;
    }

  private:
    int number_;
};

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
pid_t launch(const Command& command, int in, int out, int err)
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

ExitStatus status_from(int raw)
{
    return WIFSIGNALED(raw) ? ExitStatus{0, WTERMSIG(raw)} : ExitStatus{WEXITSTATUS(raw), 0};
}

/// Blocks until the child has ended or the time is over, where the system has a way to do that.
void wait_for_end(pid_t pid, std::chrono::milliseconds most)
{
#ifdef SYS_pidfd_open
    const Descriptor handle(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
    if (handle.get() >= 0) {
        pollfd entry{handle.get(), POLLIN, 0};
        ::poll(&entry, 1, static_cast<int>(most.count()));
        return;
    }
#endif
    ::poll(nullptr, 0, static_cast<int>(std::min<std::int64_t>(most.count(), 2)));
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
    Pipe in = make_pipe(command);
    Pipe out = make_pipe(command);
    Descriptor err = make_stderr_file(command);
    // Both of our ends are non-blocking: a child that reads nothing, or says nothing, must not hang
    // us.
    ::fcntl(in.write_end.get(), F_SETFL, O_NONBLOCK);
    ::fcntl(out.read_end.get(), F_SETFL, O_NONBLOCK);
    {
        const SignalsHeld until_it_is_in_the_account;
        pid_ = launch(command, in.read_end.get(), out.write_end.get(), err.get());
        remember_group(pid_);
    }
    stdin_ = in.write_end.release();
    stdout_ = out.read_end.release();
    stderr_ = err.release();
}

Child::Child(Child&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)), stdin_(std::exchange(other.stdin_, -1)),
      stdout_(std::exchange(other.stdout_, -1)), stderr_(std::exchange(other.stderr_, -1)),
      status_(other.status_)
{
}

Child::~Child()
{
    if (pid_ > 0 && !poll()) {
        ::kill(-pid_, SIGKILL);
        ::kill(pid_, SIGKILL); // also where it has not reached setpgid yet
        forget_group(pid_);    // before its number is free for another
        int raw = 0;
        while (::waitpid(pid_, &raw, 0) < 0 && errno == EINTR) {
        }
    }
    for (const int descriptor : {stdin_, stdout_, stderr_}) {
        if (descriptor >= 0) {
            ::close(descriptor);
        }
    }
}

int Child::release_stdout()
{
    return std::exchange(stdout_, -1);
}

bool Child::write(std::string_view text)
{
    ssize_t written = -1;
    do {
        written = ::write(stdin_, text.data(), text.size());
    } while (written < 0 && errno == EINTR);
    return written == static_cast<ssize_t>(text.size());
}

void Child::close_stdin()
{
    if (stdin_ >= 0) {
        ::close(std::exchange(stdin_, -1));
    }
}

std::optional<ExitStatus> Child::poll()
{
    if (status_ || pid_ <= 0) {
        return status_;
    }
    siginfo_t info{};
    // WNOWAIT leaves a zombie, which keeps the number of the group taken while we end what is left
    // of it: nothing that a writer started and left behind outlives it.
    const int result = ::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT);
    if (result != 0 && errno != EINTR) {
        throw std::system_error(errno, std::generic_category(), "waitid " + std::to_string(pid_));
    }
    if (result == 0 && info.si_pid == pid_) {
        ::kill(-pid_, SIGKILL);
        forget_group(pid_); // before its number is free for another
        int raw = 0;
        while (::waitpid(pid_, &raw, 0) < 0 && errno == EINTR) {
        }
        status_ = status_from(raw);
    }
    return status_;
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

std::string Child::stderr_tail(std::size_t most) const
{
    const off_t size = ::lseek(stderr_, 0, SEEK_END);
    const auto length = std::min(most, static_cast<std::size_t>(std::max<off_t>(size, 0)));
    std::string tail(length, '\0');
    const ssize_t got = ::pread(stderr_, tail.data(), length, size - static_cast<off_t>(length));
    tail.resize(static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    return tail;
}

std::vector<std::string> inherited_environment(std::string_view without_prefix,
                                               const std::vector<std::string>& extra)
{
    std::vector<std::string> environment;
    for (char** entry = environ; *entry != nullptr; ++entry) {
        if (!std::string_view(*entry).starts_with(without_prefix)) {
            environment.emplace_back(*entry);
        }
    }
    environment.insert(environment.end(), extra.begin(), extra.end());
    return environment;
}

} // namespace firstlock

#pragma once

#include "helpers/process/command.hpp"
#include "helpers/process/deadline.hpp"
#include "helpers/process/descriptor.hpp"

#include <sys/types.h>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace firstlock {

/// How a child ended: its exit code, or the signal that killed it.
struct ExitStatus {
    int code = 0;
    int signal = 0; // 0 unless killed by one
    bool ok() const { return code == 0 && signal == 0; }
    bool operator==(const ExitStatus&) const = default;
    /// "exit status 3" or "signal 9 (Killed)".
    std::string text() const;
};

/// One child process, started through Boost.Process in a process group of its own, with pipes on
/// stdin and stdout and with an unnamed file on stderr. Owned: the destructor kills the group and
/// reaps the child, so none outlives a failed assertion. Move-only.
class Child {
  public:
    explicit Child(const Command& command);
    ~Child();
    Child(Child&& other) noexcept;
    Child& operator=(Child&& other) = delete;

    pid_t pid() const { return pid_; }
    /// The read end of the child's stdout, to be polled before it is read. Stays ours.
    int stdout_fd() const { return stdout_.get(); }
    /// Hands the read end of stdout over to the caller, who closes it.
    int release_stdout() { return stdout_.release(); }
    /// The write end of the child's stdin; non-blocking. Stays ours.
    int stdin_fd() const { return stdin_.get(); }

    /// Writes `text` to the child's stdin; false when the child is gone (EPIPE) or its pipe is
    /// full.
    bool write(std::string_view text);
    void close_stdin() { stdin_.reset(); }

    /// Reaps the child if it has ended; never waits.
    std::optional<ExitStatus> poll();
    /// Waits for the end until the deadline; nullopt when the child still runs then.
    std::optional<ExitStatus> wait(const Deadline& deadline);
    /// Closes stdin, waits, terminates (SIGTERM), kills (SIGKILL), reaps; each step takes at most
    /// `grace`.
    ExitStatus stop(std::chrono::milliseconds grace);
    void send(int signal);

    /// The last `bytes_max` bytes that the child, or one it started, has written to stderr so far.
    std::string stderr_tail(std::size_t bytes_max = 4096) const;

  private:
    void reap();

    pid_t pid_ = -1; // -1 after a move
    Descriptor stdin_, stdout_, stderr_;
    std::optional<ExitStatus> status_;
};

} // namespace firstlock

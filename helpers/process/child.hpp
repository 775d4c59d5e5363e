#pragma once

#include "helpers/process/command.hpp"
#include "helpers/process/deadline.hpp"

#include <sys/types.h>

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace firstlock {

/// How a child ended: its exit code, or the signal that killed it.
struct ExitStatus {
    int code = 0;
    int signal = 0; ///< 0 unless killed by one
    bool ok() const { return code == 0 && signal == 0; }
    /// "exit status 3" or "signal 9 (Killed)".
    std::string text() const;
};

struct Launched;

/// One child process, started through Boost.Process in a process group of its own, with pipes on
/// stdin and stdout and with an unnamed file on stderr. Owned: the destructor kills the group and
/// reaps the child, so none outlives a failed assertion. Move-only.
class Child {
  public:
    explicit Child(const Command& command);
    /// Starts `count` children in order and gives each to `take` as it comes. Throws StartError,
    /// after `take` has had those before. `command_of` may be called from another thread, one call
    /// at a time.
    static void start_all(std::size_t count,
                          const std::function<const Command&(std::size_t)>& command_of,
                          const std::function<void(Child)>& take);
    ~Child();
    Child(Child&& other) noexcept;
    Child& operator=(Child&& other) = delete;

    pid_t pid() const { return pid_; }
    /// The read end of the child's stdout; non-blocking. Stays ours.
    int stdout_fd() const { return stdout_; }
    /// Hands the read end of stdout over to the caller, who closes it.
    int release_stdout();
    /// The write end of the child's stdin; non-blocking. Stays ours.
    int stdin_fd() const { return stdin_; }

    /// Writes `text` to the child's stdin; false when the child is gone (EPIPE) or its pipe is
    /// full.
    bool write(std::string_view text);
    void close_stdin();

    /// Reaps the child if it has ended; never waits.
    std::optional<ExitStatus> poll();
    /// Waits for the end until the deadline; nullopt when the child still runs then.
    std::optional<ExitStatus> wait(const Deadline& deadline);
    /// Closes stdin, waits, terminates (SIGTERM), kills (SIGKILL), reaps; each step takes at most
    /// `grace`.
    ExitStatus stop(std::chrono::milliseconds grace);
    void send(int signal);

    /// The last `most` bytes that the child, or one it started, has written to stderr so far.
    std::string stderr_tail(std::size_t most = 4096) const;

  private:
    Child() = default;
    void adopt(Launched launched);

    pid_t pid_ = -1; // -1 after a move
    int stdin_ = -1;
    int stdout_ = -1;
    int stderr_ = -1;
    std::optional<ExitStatus> status_;
};

} // namespace firstlock

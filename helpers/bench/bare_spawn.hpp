#pragma once

#include "helpers/process/child.hpp"

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace firstlock {

/// Processes started by a plain posix_spawn loop, with the pipes on stdin and stdout and the
/// unnamed file on stderr that a pool gives its writers, and nothing around them: what starting and
/// releasing them costs at least. Methods throw std::system_error with the step that failed, and
/// std::runtime_error when a deadline passes. The destructor kills and reaps all.
class BareCrowd {
  public:
    /// `shared_fd` is what each child finds as descriptor 3; -1 for none.
    explicit BareCrowd(const std::vector<Command>& commands, int shared_fd = -1);
    ~BareCrowd();
    BareCrowd(const BareCrowd&) = delete;
    BareCrowd& operator=(const BareCrowd&) = delete;

    /// Until each has said at least one line on stdout.
    void await_lines(std::chrono::milliseconds most);
    /// Writes `line` to every stdin, in the order of the start.
    void write_to_all(std::string_view line);
    /// Until each has closed its stdout and ended; gives back what each said after its first line.
    std::vector<std::string> join(std::chrono::milliseconds most);

  private:
    struct Process {
        pid_t pid = -1;
        int in = -1, out = -1, err = -1;
        std::string said;
        bool has_line = false, ended = false;
    };
    void start(Process& process, const Command& command, int shared_fd);
    /// Reads what there is until `done` processes have their line, or have ended.
    void read_until(bool Process::*mark, std::chrono::milliseconds most);
    void read(Process& process);

    std::vector<Process> processes_;
    int epoll_ = -1;
};

} // namespace firstlock

#pragma once

#include "helpers/process/child.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace firstlock {

/// How a program ended and what it printed on stdout.
struct ProgramRun {
    ExitStatus status;
    std::string output;
};

/// A child that one talks to in lines: what is said goes to its stdin, what it says is read from
/// its stdout. Every wait takes a deadline. Whatever goes wrong throws std::runtime_error that
/// names the child, what was expected of it, how it ended and the last it wrote on stderr. The end
/// of its output is the end also where a process that it left over still holds its stdout: that one
/// is killed. A signal that this process handles meanwhile changes nothing.
class LineChild {
  public:
    /// `name` is what errors call it; by default the name of the executable.
    explicit LineChild(const Command& command, std::string name = "");

    /// `line` without its line feed. Throws when the child is gone or reads too little.
    void say(std::string_view line);
    /// The next line, without its line feed; nullopt at the end of its output. A last line needs no
    /// line feed. Throws at the deadline, and for a line of more than 64 MiB; `expected` says in
    /// words what was waited for.
    std::optional<std::string> next_line(const Deadline& deadline,
                                         const std::string& expected = "a line or its end");
    /// The same where the end must not have come yet, not even within the line.
    std::string line(const Deadline& deadline, const std::string& expected = "a line");
    /// Throws unless the next line is `line`.
    void expect(std::string_view line, const Deadline& deadline);
    /// Waits for its end, which its output must not hold up: it is read meanwhile, for next_line().
    ExitStatus wait(const Deadline& deadline);
    /// The same, and takes all of that at once. stdin stays as it is.
    ProgramRun finish(const Deadline& deadline);

    Child& child() { return child_; }
    const Child& child() const { return child_; }

  private:
    /// False at the end of its output.
    bool read_some(const Deadline& deadline, const std::string& expected);
    [[noreturn]] void fail(const std::string& what);

    std::string name_;
    Child child_;
    std::string unread_;
    std::size_t scanned_ = 0; // so much of `unread_` holds no line feed
    bool has_ended_ = false;  // the output, not the child
    bool has_torn_ = false;   // the last line, which lacks its line feed
};

} // namespace firstlock

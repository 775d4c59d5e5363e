#include "helpers/process/line_child.hpp"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace firstlock {

using namespace std::chrono_literals;

constexpr std::size_t line_max = 64U << 20U;

LineChild::LineChild(const Command& command, std::string name)
    : name_(name.empty() ? command.executable.filename().string() : std::move(name)),
      child_(command)
{
}

void LineChild::say(std::string_view line)
{
    if (!child_.write(std::string(line) + "\n")) {
        fail("does not take the line '" + std::string(line.substr(0, 200)) + "'");
    }
}

bool LineChild::read_some(const Deadline& deadline, const std::string& expected)
{
    while (!has_ended_) {
        pollfd entry{child_.stdout_fd(), POLLIN, 0};
        const auto left = std::min(deadline.left(), std::chrono::milliseconds(200ms));
        const int ready = ::poll(&entry, 1, static_cast<int>(left.count()));
        if (ready == 0) {
            child_.poll(); // ends what a dead one left over, and so its output
        }
        if (ready == 0 && deadline.has_passed()) {
            fail("said nothing more before its deadline where " + expected + " was expected");
        }
        std::array<char, 16'384> bytes{};
        const ssize_t count = ready > 0 ? ::read(entry.fd, bytes.data(), bytes.size()) : 0;
        if (count > 0) {
            unread_.append(bytes.data(), static_cast<std::size_t>(count));
            return true;
        }
        if (std::min<ssize_t>(ready, count) < 0 && errno != EINTR && errno != EAGAIN) {
            throw std::system_error(errno, std::generic_category(), "read what " + name_ + " says");
        }
        has_ended_ = ready > 0 && count == 0;
    }
    return false;
}

std::optional<std::string> LineChild::next_line(const Deadline& deadline,
                                                const std::string& expected)
{
    std::size_t feed = unread_.find('\n', scanned_);
    while (feed == std::string::npos) {
        scanned_ = unread_.size();
        if (!read_some(deadline, expected)) {
            scanned_ = 0;
            has_torn_ = !unread_.empty();
            return has_torn_ ? std::optional(std::exchange(unread_, "")) : std::nullopt;
        }
        feed = unread_.find('\n', scanned_);
        if (feed == std::string::npos && unread_.size() > line_max) {
            fail("says too much at once where " + expected + " was expected");
        }
    }
    std::string line = unread_.substr(0, feed);
    unread_.erase(0, feed + 1);
    scanned_ = 0;
    return line;
}

std::string LineChild::line(const Deadline& deadline, const std::string& expected)
{
    auto line = next_line(deadline, expected);
    if (line && !has_torn_) {
        return *std::move(line);
    }
    fail((line ? "ended within the line '" + *line + "'" : "closed its stdout") + " where " +
         expected + " was expected");
}

void LineChild::expect(std::string_view line, const Deadline& deadline)
{
    const std::string expected = "'" + std::string(line) + "'";
    if (const std::string said = this->line(deadline, expected); said != line) {
        fail("said '" + said.substr(0, 1000) + "' where " + expected + " was expected");
    }
}

ExitStatus LineChild::wait(const Deadline& deadline)
{
    while (read_some(deadline, "its end")) {
    }
    const auto status = child_.wait(deadline);
    if (!status) {
        fail("closed its stdout and did not end before its deadline");
    }
    return *status;
}

ProgramRun LineChild::finish(const Deadline& deadline)
{
    const ExitStatus status = wait(deadline);
    scanned_ = 0;
    return {status, std::exchange(unread_, "")};
}

void LineChild::fail(const std::string& what)
{
    // Who has closed stdout is about to end, as a rule, and how is worth knowing.
    const auto status = has_ended_ ? child_.wait(Deadline(1s)) : child_.poll();
    const std::string words = child_.stderr_tail(2000);
    throw std::runtime_error(
        name_ + " (process " + std::to_string(child_.pid()) + ") " + what +
        (status ? "; it ended with " + status->text() : "; it still runs") +
        (unread_.empty()
             ? ""
             : "; said and not read: '" +
                   unread_.substr(unread_.size() - std::min<std::size_t>(unread_.size(), 1000)) +
                   "'") +
        (words.empty() ? "; nothing on stderr" : "; stderr: " + words));
}

} // namespace firstlock

#include "helpers/bench/bare_spawn.hpp"

#include "helpers/process/deadline.hpp"
#include "helpers/process/limits.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <stdexcept>
#include <system_error>

namespace firstlock {
namespace {

[[noreturn]] void fail(const char* step, int error)
{
    throw std::system_error(error, std::generic_category(), step);
}

std::vector<char*> pointers_to(const std::vector<std::string>& texts)
{
    std::vector<char*> pointers;
    pointers.reserve(texts.size() + 1);
    for (const std::string& text : texts) {
        pointers.push_back(const_cast<char*>(text.c_str())); // as posix_spawn's signature has it
    }
    pointers.push_back(nullptr);
    return pointers;
}

} // namespace

BareCrowd::BareCrowd(const std::vector<Command>& commands, int shared_fd)
    : processes_(commands.size()), epoll_(::epoll_create1(EPOLL_CLOEXEC))
{
    make_room_for_children(commands.size());
    for (std::size_t index = 0; index < commands.size(); ++index) {
        start(processes_[index], commands[index], shared_fd);
    }
}

BareCrowd::~BareCrowd()
{
    for (const Process& process : processes_) {
        if (process.pid > 0) {
            ::kill(process.pid, SIGKILL);
        }
    }
    for (const Process& process : processes_) {
        if (process.pid > 0) {
            ::waitpid(process.pid, nullptr, 0);
        }
        for (const int descriptor : {process.in, process.out, process.err}) {
            if (descriptor >= 0) {
                ::close(descriptor);
            }
        }
    }
    ::close(epoll_);
}

void BareCrowd::start(Process& process, const Command& command, int shared_fd)
{
    std::array<int, 2> in{};
    std::array<int, 2> out{};
    if (::pipe2(in.data(), O_CLOEXEC) != 0 || ::pipe2(out.data(), O_CLOEXEC) != 0) {
        fail("pipe2", errno);
    }
    process.in = in[1];
    process.out = out[0];
    process.err = ::memfd_create("firstlock-bench-stderr", MFD_CLOEXEC);

    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, in[0], STDIN_FILENO);
    ::posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
    ::posix_spawn_file_actions_adddup2(&actions, process.err, STDERR_FILENO);
    if (shared_fd >= 0) {
        ::posix_spawn_file_actions_adddup2(&actions, shared_fd, STDERR_FILENO + 1);
    }
    std::vector<std::string> words{command.executable.string()};
    words.insert(words.end(), command.arguments.begin(), command.arguments.end());
    const int error =
        ::posix_spawn(&process.pid, command.executable.c_str(), &actions, nullptr,
                      pointers_to(words).data(), pointers_to(command.environment).data());
    ::posix_spawn_file_actions_destroy(&actions);
    ::close(in[0]);
    ::close(out[1]);
    if (error != 0) {
        process.pid = -1;
        fail("posix_spawn", error);
    }
    ::fcntl(process.out, F_SETFL, O_NONBLOCK);
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.ptr = &process;
    if (::epoll_ctl(epoll_, EPOLL_CTL_ADD, process.out, &event) != 0) {
        fail("epoll_ctl", errno);
    }
}

void BareCrowd::read(Process& process)
{
    std::array<char, 512> bytes{};
    ssize_t count = 0;
    while ((count = ::read(process.out, bytes.data(), bytes.size())) > 0) {
        process.said.append(bytes.data(), static_cast<std::size_t>(count));
    }
    process.has_line |= process.said.find('\n') != std::string::npos;
    if (count == 0) {
        process.ended = true;
        ::epoll_ctl(epoll_, EPOLL_CTL_DEL, process.out, nullptr);
    }
}

void BareCrowd::read_until(bool Process::*mark, std::chrono::milliseconds most)
{
    const Deadline deadline(most);
    auto missing = std::count_if(processes_.begin(), processes_.end(),
                                 [&](const Process& process) { return !(process.*mark); });
    std::array<epoll_event, 128> events{};
    while (missing > 0) {
        if (deadline.has_passed()) {
            throw std::runtime_error(
                std::to_string(missing) + " of " + std::to_string(processes_.size()) +
                " plain processes did not answer within " + std::to_string(most.count()) + " ms");
        }
        const int count = ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), 200);
        for (int index = 0; index < count; ++index) {
            auto& process =
                *static_cast<Process*>(events.at(static_cast<std::size_t>(index)).data.ptr);
            const bool was_missing = !(process.*mark);
            read(process);
            missing -= was_missing && process.*mark ? 1 : 0;
            if (process.ended && !(process.*mark)) {
                throw std::runtime_error("a plain process ended before it was ready");
            }
        }
    }
}

void BareCrowd::await_lines(std::chrono::milliseconds most)
{
    read_until(&Process::has_line, most);
}

void BareCrowd::write_to_all(std::string_view line)
{
    for (const Process& process : processes_) {
        if (::write(process.in, line.data(), line.size()) < 0) {
            fail("write", errno);
        }
    }
}

std::vector<std::string> BareCrowd::join(std::chrono::milliseconds most)
{
    read_until(&Process::ended, most);
    std::vector<std::string> said;
    for (Process& process : processes_) {
        ::waitpid(process.pid, nullptr, 0);
        process.pid = -1;
        said.push_back(process.said.substr(process.said.find('\n') + 1));
    }
    return said;
}

} // namespace firstlock

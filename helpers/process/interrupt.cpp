#include "helpers/process/interrupt.hpp"

#include <unistd.h>

#include <array>
#include <atomic>
#include <csignal>
#include <cstddef>
#include <string_view>

namespace firstlock {
namespace {

// Lock-free slots, since a signal handler reads them. 0 is free.
constexpr std::size_t slot_count = 16'384;
std::array<std::atomic<pid_t>, slot_count> groups{};
std::size_t alive = 0;

constexpr std::array<int, 3> signals{SIGINT, SIGTERM, SIGHUP};
std::array<struct sigaction, signals.size()> former{};

void kill_groups_and_die(int signal)
{
    for (const auto& slot : groups) {
        if (const pid_t group = slot.load(std::memory_order_relaxed); group > 0) {
            ::kill(-group, SIGKILL);
        }
    }
    constexpr std::string_view note =
        "firstlock: ended by a signal; all its children were killed\n";
    static_cast<void>(!::write(STDERR_FILENO, note.data(), note.size()));
    ::signal(signal, SIG_DFL);
    sigset_t this_one;
    sigemptyset(&this_one);
    sigaddset(&this_one, signal);
    ::raise(signal);
    ::sigprocmask(SIG_UNBLOCK, &this_one, nullptr); // here it ends ...
    ::_exit(128 + signal); // ... but for the first process of a container, which has no defaults
}

// Only while children live: Catch2 installs its own handlers for each case and expects to find them
// again.
void install()
{
    for (std::size_t index = 0; index < signals.size(); ++index) {
        struct sigaction action {};
        action.sa_handler = kill_groups_and_die;
        sigemptyset(&action.sa_mask);
        ::sigaction(signals.at(index), nullptr, &former.at(index));
        // nohup ignores SIGHUP: then it must harm no writer
        if (former.at(index).sa_handler != SIG_IGN) {
            ::sigaction(signals.at(index), &action, nullptr);
        }
    }
}

void restore()
{
    for (std::size_t index = 0; index < signals.size(); ++index) {
        ::sigaction(signals.at(index), &former.at(index), nullptr);
    }
}

std::atomic<pid_t>& slot_for(pid_t value, pid_t start)
{
    const std::size_t first = static_cast<std::size_t>(start) % slot_count;
    for (std::size_t step = 0; step < slot_count; ++step) {
        auto& slot = groups.at((first + step) % slot_count);
        if (slot.load(std::memory_order_relaxed) == value) {
            return slot;
        }
    }
    static std::atomic<pid_t> overflow{0};
    return overflow;
}

} // namespace

SignalsHeld::SignalsHeld()
{
    sigset_t held;
    sigemptyset(&held);
    for (const int signal : signals) {
        sigaddset(&held, signal);
    }
    ::sigprocmask(SIG_BLOCK, &held, &former_);
}

SignalsHeld::~SignalsHeld()
{
    ::sigprocmask(SIG_SETMASK, &former_, nullptr);
}

void SignalsHeld::let_go_in_child()
{
    for (const int signal : signals) {
        struct sigaction now {};
        ::sigaction(signal, nullptr, &now);
        // Our handler would kill the child's siblings, in the parent's memory.
        if (now.sa_handler != SIG_IGN) {
            ::signal(signal, SIG_DFL);
        }
    }
    sigset_t none;
    sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

void remember_group(pid_t group)
{
    if (alive++ == 0) {
        install();
    }
    slot_for(0, group).store(group, std::memory_order_relaxed);
}

void forget_group(pid_t group)
{
    slot_for(group, group).store(0, std::memory_order_relaxed);
    if (--alive == 0) {
        restore();
    }
}

void set_parents_signals()
{
    std::signal(SIGPIPE, SIG_IGN);
    std::signal(SIGCHLD, SIG_DFL);
}

} // namespace firstlock

#include "helpers/process/interrupt.hpp"

#include "helpers/process/guardian.hpp"

#include <unistd.h>

#include <array>
#include <csignal>
#include <cstddef>
#include <string_view>

namespace firstlock {
namespace {

GroupTable* groups = nullptr; // while children live
std::size_t alive = 0;

constexpr std::array<int, 4> signals{SIGINT, SIGTERM, SIGHUP, SIGQUIT};
std::array<struct sigaction, signals.size()> former{};

void kill_groups_and_die(int signal)
{
    groups->kill_all();
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
    groups = &guarded_groups();
    if (alive++ == 0) {
        install();
    }
    groups->enter(group);
}

void forget_group(pid_t group)
{
    groups->remove(group);
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

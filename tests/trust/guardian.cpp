// Goal:   the guardian of a case's children is in nobody's way: CTest does not wait for it to close
//         a stream, what a terminal sends does not end it before its time, and it leaves no zombie.
// Method: what the kernel says of the one that this process has. That it does its work is asked by
//         harness.parent death.
#include "helpers/process/guardian.hpp"
#include "fixtures/run/settings.hpp"

#include <catch2/catch_test_macros.hpp>

#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>

using namespace firstlock;

namespace {

/// The only child of this process, which has no other; 0: none.
pid_t only_child()
{
    std::ifstream children("/proc/thread-self/children");
    if (!children) {
        SKIP("this kernel does not list the children of a process");
    }
    pid_t child = 0;
    children >> child;
    return child;
}

/// Whether the process ignores `signal` (a mask in hexadecimal digits).
bool ignores(pid_t pid, int signal)
{
    std::ifstream status("/proc/" + std::to_string(pid) + "/status");
    std::string word;
    while (status >> word && word != "SigIgn:") {
    }
    unsigned long long mask = 0;
    status >> std::hex >> mask;
    return (mask >> static_cast<unsigned>(signal - 1) & 1U) != 0;
}

} // namespace

TEST_CASE("harness.guardian: it holds no stream of ours and ends when it is told to and not sooner")
{
    CHECK(only_child() == 0);
    guarded_groups();
    const pid_t guardian = only_child();
    REQUIRE(guardian > 0);
    CHECK(::getpgid(guardian) != ::getpgrp());

    const Deadline deadline(settings().scaled(std::chrono::seconds(30)));
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) {
        while (!ignores(guardian, signal) && !deadline.has_passed()) { // it may be starting still
        }
        CHECK(ignores(guardian, signal));
    }
    const std::filesystem::path open("/proc/" + std::to_string(guardian) + "/fd");
    for (const auto& entry : std::filesystem::directory_iterator(open)) {
        CAPTURE(entry.path());
        for (const char* const ours : {"/proc/self/fd/1", "/proc/self/fd/2"}) {
            const auto stream = std::filesystem::read_symlink(ours);
            CHECK((stream == "/dev/null" || stream != std::filesystem::read_symlink(entry.path())));
        }
    }
    dismiss_guardian();
    CHECK(only_child() == 0);
}

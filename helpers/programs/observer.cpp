// firstlock-observer: who holds which lock of a SQLite database, for how long, by asking the
// kernel; it takes no lock and never asks SQLite. --watch is for people, --beside for trials: it
// says `firstlock watching`, and at the end of its stdin an Observation as JSON.
#include "helpers/described/json.hpp"
#include "helpers/locks/live_watch.hpp"
#include "helpers/process/line_child.hpp"
#include "helpers/sqlite/clock.hpp"
#include "helpers/writer/say.hpp"

#include <CLI/CLI.hpp>

#include <poll.h>
#ifdef FIRSTLOCK_LINUX
#include <sys/prctl.h>
#endif
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <iostream>

namespace {

using namespace firstlock;
using namespace std::chrono_literals;

volatile std::sig_atomic_t is_interrupted = 0;

/// Waits so long, or until there is something to read from `file`; whether there is.
bool wait_for(int file, std::chrono::nanoseconds time)
{
    pollfd entry{file, POLLIN, 0};
#ifdef FIRSTLOCK_LINUX
    const timespec limit{static_cast<time_t>(time.count() / 1'000'000'000),
                         static_cast<long>(time.count() % 1'000'000'000)};
    return ::ppoll(&entry, 1, &limit, nullptr) > 0;
#else
    const auto whole_ms = std::chrono::ceil<std::chrono::milliseconds>(time);
    return ::poll(&entry, 1, static_cast<int>(whole_ms.count())) > 0;
#endif
}

int watch_beside(const std::filesystem::path& database)
{
    Observer observer(database);
    auto wait = observer.look();
    say("firstlock watching");
    while (!wait_for(STDIN_FILENO, wait)) {
        wait = observer.look();
    }
    observer.look();
    say(json_text(observer.so_far()));
    return 0;
}

int watch(const std::filesystem::path& database, double limit_s)
{
    LiveWatch watch(database, std::cout);
    const auto end = std::chrono::steady_clock::now() + std::chrono::duration<double>(limit_s);
    while (is_interrupted == 0 && std::chrono::steady_clock::now() < end) {
        wait_for(-1, watch.look());
    }
    watch.finish();
    return 0;
}

/// Whether a program says here that it was refused.
bool is_refusal(std::string text)
{
    std::transform(text.begin(), text.end(), text.begin(),
                   [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
    const auto says = [&](const char* words) { return text.find(words) != std::string::npos; };
    return says("database is locked") || says("table is locked") || says("sqlite_busy");
}

int watch_until_locked(const std::filesystem::path& database, const std::vector<std::string>& words,
                       double waited_s)
{
    LiveWatch watch(database, std::cout);
    // Both of its outputs through one pipe, in the order in which it writes.
    std::vector<std::string> arguments{"-c", "exec \"$@\" 2>&1", "sh"};
    arguments.insert(arguments.end(), words.begin(), words.end());
    Child child({"/bin/sh", arguments, inherited_environment("")});
    child.close_stdin();
    std::string unread;
    bool was_refused = false;
    while (true) {
        if (!wait_for(child.stdout_fd(), watch.look())) {
            continue;
        }
        std::array<char, 4096> bytes{};
        const ssize_t count = ::read(child.stdout_fd(), bytes.data(), bytes.size());
        if (count < 0 && (errno == EAGAIN || errno == EINTR)) {
            continue;
        }
        if (count <= 0) {
            break;
        }
        std::cout.write(bytes.data(), count).flush();
        unread.append(bytes.data(), static_cast<std::size_t>(count));
        if (!was_refused && is_refusal(unread)) {
            was_refused = true;
            watch.print_refusal(monotonic_ns(),
                                std::chrono::milliseconds(std::llround(1000 * waited_s)));
        }
        unread.erase(0, unread.size() - std::min<std::size_t>(unread.size(), 100));
    }
    const auto status = child.wait(Deadline(10s));
    if (!was_refused) {
        std::cout << "the command never said that the database is locked\n";
        watch.finish();
    }
    return status && status->signal == 0 ? status->code : 1;
}

int run(int argc, char** argv)
{
    CLI::App app{"Shows who holds which lock of a SQLite database, since when, by pid and command "
                 "line. It takes no lock and does not disturb who uses the database."};
    std::string database;
    std::string beside;
    double limit_s = 1e9;
    double waited_s = 5;
    auto* const watched =
        app.add_option("--watch", database, "the database file; prints until Ctrl-C, or")
            ->check(CLI::ExistingFile);
    app.add_option("--for", limit_s, "for so long, such as 30s or 500ms; then prints the account")
        ->transform(CLI::AsNumberWithUnit(
            std::map<std::string, double>{{"ms", 0.001}, {"s", 1}, {"min", 60}}))
        ->check(CLI::PositiveNumber)
        ->needs(watched);
    auto* const until_locked =
        app.add_flag_function(
               "--until-locked", [](std::int64_t) {},
               "runs the command that follows, and when it says 'database is "
               "locked' prints who held the lock before; exits as it does")
            ->needs(watched);
    app.prefix_command();
    app.add_option("--waited", waited_s,
                   "the busy timeout of that command, in seconds: so much is looked back (5)")
        ->check(CLI::PositiveNumber);
    auto* const trial =
        app.add_option("--beside", beside, "what the suite's trials use: until stdin ends")
            ->excludes(watched);
    CLI11_PARSE(app, argc, argv);
#ifdef FIRSTLOCK_LINUX
    ::prctl(PR_SET_TIMERSLACK, 1000UL, 0UL, 0UL, 0UL);
#endif
    if (trial->count() > 0) {
        return watch_beside(beside);
    }
    if (watched->count() == 0) {
        std::cerr << "firstlock-observer: --watch FILE is missing; --help says more\n";
        return 2;
    }
    const std::vector<std::string> command = app.remaining();
    if (command.empty() != (until_locked->count() == 0)) {
        std::cerr << "firstlock-observer: "
                  << (command.empty() ? "--until-locked is followed by no command\n"
                                      : "found '" + command[0] +
                                            "'; a command is accepted after --until-locked\n");
        return 2;
    }
    if (!command.empty()) {
        return watch_until_locked(database, command, waited_s);
    }
    std::signal(SIGINT, [](int) { is_interrupted = 1; });
    std::signal(SIGTERM, [](int) { is_interrupted = 1; });
    return watch(database, limit_s);
}

} // namespace

int main(int argc, char** argv)
{
    try {
        return run(argc, argv);
    } catch (const std::exception& error) {
        std::cerr << "firstlock-observer: " << error.what() << "\n";
        return 1;
    }
}

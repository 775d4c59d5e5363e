// Goal:   a conversation with a child ends in a line, in its end, or in an error that says all: never
//         in a hang, a torn line or one too many.
// Method: children of one line of shell, each of which breaks off in another way.
#include "helpers/process/line_child.hpp"

#include "fixtures/run/settings.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <sys/time.h>
#include <unistd.h>

#include <csignal>

using namespace firstlock;
using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;

namespace {

LineChild shell(const std::string& script)
{
    return LineChild({"/bin/sh", {"-c", script}, inherited_environment("FIRSTLOCK_")}, "the child");
}

Deadline patience()
{
    return Deadline(settings().scaled(30s));
}

volatile std::sig_atomic_t interruptions = 0;
volatile std::sig_atomic_t answer_to = -1;

/// The tenth one also ends the wait.
void interrupt(int /*unused*/)
{
    interruptions = interruptions + 1;
    if (interruptions == 10) {
        static_cast<void>(!::write(answer_to, "late\n", 5));
    }
}

void interrupt_every(suseconds_t interval_us)
{
    const itimerval timer{{0, interval_us}, {0, interval_us}};
    ::setitimer(ITIMER_REAL, &timer, nullptr);
}

} // namespace

TEST_CASE("harness.conversation: lines come one by one and the rest comes at the end")
{
    LineChild child = shell("echo ready; read word; echo \"$word\"; echo; echo more; exit 3");
    child.expect("ready", patience());
    child.say("a word");
    CHECK(child.line(patience()) == "a word");
    CHECK(child.line(patience()).empty());
    const ProgramRun run = child.finish(patience());
    CHECK(run.output == "more\n");
    CHECK(run.status.code == 3);
}

TEST_CASE("harness.conversation: a last line needs no line feed and then comes the end")
{
    LineChild child = shell("echo whole; printf torn");
    CHECK(child.next_line(patience()) == "whole");
    CHECK(child.next_line(patience()) == "torn");
    CHECK(child.next_line(patience()) == std::nullopt);
    CHECK(child.finish(patience()).output.empty());
}

TEST_CASE("harness.conversation: a signal that is handled ends no wait")
{
    LineChild child({"/bin/cat", {}, {}});
    answer_to = child.child().stdin_fd();
    std::signal(SIGALRM, interrupt);
    interrupt_every(1000);
    CHECK(child.line(patience()) == "late");
    interrupt_every(0);
    CHECK(interruptions >= 10);
}

TEST_CASE("harness.conversation: an end that comes too early is told with its status and stderr")
{
    LineChild child = shell("echo 'no such disk' >&2; echo one; exit 4");
    child.line(patience());
    CHECK_THROWS_WITH(child.line(patience(), "a report"),
                      ContainsSubstring("the child (process ") &&
                          ContainsSubstring("closed its stdout where a report was expected") &&
                          ContainsSubstring("exit status 4") &&
                          ContainsSubstring("stderr: no such disk"));
    LineChild torn = shell("printf 'end 1'"); // of "end 12", perhaps
    CHECK_THROWS_WITH(torn.line(patience()), ContainsSubstring("ended within the line 'end 1'"));
}

TEST_CASE("harness.conversation: silence is told apart from the end and loses nothing")
{
    LineChild child = shell("printf half; read word");
    CHECK_THROWS_WITH(child.next_line(Deadline(300ms)),
                      ContainsSubstring("said nothing more before its deadline") &&
                          ContainsSubstring("it still runs"));
    child.say("");
    CHECK(child.next_line(patience()) == "half"); // which has waited for its line feed
}

TEST_CASE("harness.conversation: another line is quoted and who is gone is spoken to no more")
{
    LineChild child = shell("exec <&-; echo deaf; kill -9 $$");
    CHECK_THROWS_WITH(child.expect("ready", patience()),
                      ContainsSubstring("said 'deaf' where 'ready' was expected"));
    CHECK_THROWS_WITH(child.say("go"), ContainsSubstring("does not take the line 'go'"));
    CHECK(child.finish(patience()).status.signal == SIGKILL);
}

TEST_CASE("harness.conversation: one that dies ends what it started, and so its output")
{
    LineChild child = shell("sleep 1000 & echo gone; exit 5");
    CHECK(child.line(patience()) == "gone");
    CHECK(child.next_line(patience()) == std::nullopt);
    CHECK(child.finish(patience()).status.code == 5);
}

TEST_CASE("harness.conversation: a flood of lines waits in the pipe and one without is refused")
{
    LineChild lines = shell("exec yes line");
    for (int count = 0; count < 1000; ++count) {
        REQUIRE(lines.line(patience()) == "line");
    }
    LineChild flood = shell("yes | tr -d '\\n'");
    CHECK_THROWS_WITH(flood.line(patience()), ContainsSubstring("says too much at once"));
}

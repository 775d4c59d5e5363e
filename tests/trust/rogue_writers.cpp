// Goal:   a writer that hangs, dies or babbles is named, costs a deadline at most, and leaves
//         nothing behind.
// Method: real trials of five writers with one rogue among them (one_rogue.hpp). What such a trial
//         comes to is void, since a row whose fate is not known proves nothing; the honest writers'
//         rows are all there.
#include "fixtures/run/settings.hpp"
#include "tests/trust/one_rogue.hpp"
#include "tests/trust/process_watch.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <fstream>

using namespace firstlock;
using Catch::Matchers::ContainsSubstring;

TEST_CASE_METHOD(OneRogue, "harness.rogue: a writer that never gets ready keeps the gate shut")
{
    const Trial trial = expect(
        "never_ready",
        {.acknowledged = 0, .failed = writers, .story = "1 of 5 writers did not get ready within"});
    CHECK(trial.rows_after == trial.rows_before);
    CHECK(trial.ran_out_of_time);
}

TEST_CASE_METHOD(OneRogue, "harness.rogue: a writer that exits early keeps the gate shut")
{
    const Trial trial = expect(
        "exits_early", {.acknowledged = 0,
                        .failed = writers,
                        .story = "1 of 5 writers did not get ready; the first of them: writer 1, "
                                 "exit status 3"});
    CHECK(trial.rows_after == trial.rows_before);
    CHECK_FALSE(trial.ran_out_of_time);
}

TEST_CASE_METHOD(OneRogue,
                 "harness.rogue: garbage instead of ready keeps the gate shut and is quoted")
{
    const Trial trial = expect("garbage_before_ready",
                               {.acknowledged = 0, .failed = writers, .story = "'firstlock redy'"});
    CHECK(trial.rows_after == trial.rows_before);
}

TEST_CASE_METHOD(OneRogue, "harness.rogue: times of another clock are no times")
{
    const Trial trial =
        expect("tells_the_time_of_day",
               {.acknowledged = writers,
                .story = "not a time of CLOCK_MONOTONIC between go and the report"});
    REQUIRE(trial.wait_ms);
    CHECK(trial.wait_ms->max < 3'600'000);
}

TEST_CASE_METHOD(
    OneRogue, "harness.rogue: a writer that hangs after the gate is killed and its row is unknown")
{
    const Trial trial = expect("hangs_after_gate",
                               {.unknown = 1, .story = "writer 1: no report, signal 9 (Killed)"});
    CHECK(trial.ran_out_of_time);
    CHECK_THAT(trial.void_because, ContainsSubstring("FIRSTLOCK_DEADLINE_FACTOR"));
}

TEST_CASE_METHOD(OneRogue, "harness.rogue: one that is late does not excuse others that fail")
{
    const Trial trial = run(
        shell_writer("sh -c 'echo firstlock ready; read go; "
                     "[ $FIRSTLOCK_TASK_INDEX = 1 ] && sleep 1000; echo firstlock failed 1 no'"));
    INFO(trial.story());
    CHECK(trial.unknown == 1);
    CHECK(trial.failed == honest);
    CHECK_FALSE(trial.ran_out_of_time);
}

TEST_CASE_METHOD(OneRogue, "harness.rogue: a writer that exits at the gate leaves its row unknown")
{
    const Trial trial =
        expect("exits_at_gate", {.unknown = 1, .story = "writer 1: no report, exit status 3"});
    CHECK_FALSE(trial.ran_out_of_time);
}

TEST_CASE_METHOD(
    OneRogue,
    "harness.rogue: a writer that is killed after its insert is unknown and not unexpected")
{
    expect("is_killed_after_insert",
           {.unknown = 1, .unknown_stored = 1, .story = "writer 1: no report, signal 9 (Killed)"});
}

TEST_CASE_METHOD(OneRogue,
                 "harness.rogue: garbage instead of a report leaves the row unknown and is quoted")
{
    expect("prints_garbage", {.unknown = 1, .story = "'firstlock okay'"});
}

TEST_CASE_METHOD(OneRogue,
                 "harness.rogue: two megabytes on stdout and stderr hang nobody and are no error")
{
    expect("floods",
           {.verdict = Verdict::stored, .acknowledged = writers, .story = "nothing lost, unexpected or duplicate"});
}

TEST_CASE_METHOD(OneRogue, "harness.rogue: a report in the middle of an endless line is noise")
{
    // The first part is as long as what the pool keeps of a line, and a whole number of its reads.
    const Trial trial = run(shell_writer("sh -c 'echo firstlock ready; read go; "
                                         "printf %66048d 0; printf \"firstlock ok\\n\"'"));
    INFO(trial.story());
    CHECK(trial.acknowledged == 0);
    CHECK(trial.unknown == writers);
    CHECK(trial.verdict == Verdict::void_);
    check_no_child_left();
}

TEST_CASE_METHOD(OneRogue, "harness.rogue: a second report is an error that is quoted")
{
    expect("reports_twice",
           {.acknowledged = writers, .story = "a second report, the line 'firstlock locked 5'"});
}

TEST_CASE_METHOD(OneRogue,
                 "harness.rogue: an exit status after ok is an error that quotes the report")
{
    expect("fails_after_ok",
           {.acknowledged = writers, .story = "exit status 7 after the line 'firstlock ok'"});
}

TEST_CASE_METHOD(
    OneRogue,
    "harness.rogue: a grandchild that holds stdout open and hangs is ended with its group")
{
    const auto noted = directory() / "grandchild";
    const Trial trial =
        run(shell_writer("sh -c 'trap \"\" TERM; (trap \"\" TERM; while :; do sleep 1000; done) & "
                         "[ $FIRSTLOCK_TASK_INDEX = 0 ] && echo $! > " +
                         noted.string() +
                         "; "
                         "echo firstlock ready; read go; echo firstlock failed 1 no'"));
    INFO(trial.story());
    CHECK(trial.failed == writers);
    CHECK(trial.verdict == Verdict::void_);
    check_no_child_left();

    pid_t grandchild = 0;
    std::ifstream(noted) >> grandchild;
    REQUIRE(grandchild > 0);
    CHECK(ProcessWatch(grandchild).ended_by(Deadline(settings().scaled(std::chrono::seconds(10)))));
}

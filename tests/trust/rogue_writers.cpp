// Goal:   a writer that hangs, dies or babbles is named, costs a deadline at most, and leaves
//         nothing behind; a trial that stops at its first locked writer says so, excuses the
//         writers that it stopped, and nobody else.
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

ONE_ROGUE("rogue: a writer that never gets ready keeps the gate shut", rogues("never_ready"),
          {.acknowledged = 0,
           .failed = writers,
           .ran_out_of_time = true,
           .story = "1 of 5 writers did not get ready within"})

ONE_ROGUE("rogue: a writer that exits early keeps the gate shut", rogues("exits_early"),
          {.acknowledged = 0,
           .failed = writers,
           .story = "1 of 5 writers did not get ready; the first of them: writer 1, exit status 3"})

ONE_ROGUE("rogue: garbage instead of ready keeps the gate shut and is quoted",
          rogues("garbage_before_ready"),
          {.acknowledged = 0, .failed = writers, .story = "'firstlock redy'"})

TEST_CASE_METHOD(OneRogue, "harness.rogue: times of another clock are no times")
{
    const Trial trial =
        expect(rogues("tells_the_time_of_day"),
               {.acknowledged = writers,
                .story = "not a time of CLOCK_MONOTONIC between go and the report"});
    REQUIRE(trial.wait_ms);
    CHECK(trial.wait_ms->max < 3'600'000);
}

TEST_CASE_METHOD(
    OneRogue, "harness.rogue: a writer that hangs after the gate is killed and its row is unknown")
{
    const Trial trial = expect(
        rogues("hangs_after_gate"),
        {.unknown = 1, .ran_out_of_time = true, .story = "writer 1: no report, signal 9 (Killed)"});
    CHECK_THAT(trial.void_because, ContainsSubstring("FIRSTLOCK_DEADLINE_FACTOR"));
}

ONE_ROGUE("rogue: one that is late does not excuse others that fail",
          shell_writer("sh -c 'echo firstlock ready; read go; "
                       "[ $FIRSTLOCK_TASK_INDEX = 1 ] && sleep 1000; echo firstlock failed 1 no'"),
          {.acknowledged = 0, .failed = honest, .unknown = 1})

ONE_ROGUE("rogue: a writer that exits at the gate leaves its row unknown", rogues("exits_at_gate"),
          {.unknown = 1, .story = "writer 1: no report, exit status 3"})

ONE_ROGUE("rogue: a writer that is killed leaves its row unknown", rogues("is_killed"),
          {.unknown = 1, .story = "writer 1: no report, signal 9 (Killed)"})

ONE_ROGUE("rogue: a writer that is killed after its insert is unknown and not unexpected",
          rogues("is_killed_after_insert"),
          {.unknown = 1, .unknown_stored = 1, .story = "writer 1: no report, signal 9 (Killed)"})

ONE_ROGUE("rogue: garbage instead of a report leaves the row unknown and is quoted",
          rogues("prints_garbage"), {.unknown = 1, .story = "'firstlock okay'"})

ONE_ROGUE("rogue: two megabytes on stdout and stderr hang nobody and are no error",
          rogues("floods"),
          {.verdict = Verdict::stored,
           .acknowledged = writers,
           .story = "nothing lost, unexpected or duplicate"})

// The first part is as long as what the pool keeps of a line, and a whole number of its reads.
ONE_ROGUE("rogue: a report in the middle of an endless line is noise",
          shell_writer("sh -c 'echo firstlock ready; read go; "
                       "printf %66048d 0; printf \"firstlock ok\\n\"'"),
          {.acknowledged = 0, .unknown = writers})

ONE_ROGUE(
    "rogue: an endless line is noise though it begins as a report does",
    shell_writer("sh -c 'echo firstlock ready; read go; printf \"firstlock ok %066048d\\n\" 0'"),
    {.acknowledged = 0, .unknown = writers})

ONE_ROGUE("rogue: a second report is an error that is quoted", rogues("reports_twice"),
          {.acknowledged = writers, .story = "a second report, the line 'firstlock locked 5'"})

ONE_ROGUE("rogue: an exit status after ok is an error that quotes the report",
          rogues("fails_after_ok"),
          {.acknowledged = writers, .story = "exit status 7 after the line 'firstlock ok'"})

TEST_CASE_METHOD(
    OneRogue,
    "harness.rogue: a grandchild that holds stdout open and hangs is ended with its group")
{
    const auto noted = directory() / "grandchild";
    expect(shell_writer("sh -c 'trap \"\" TERM; (trap \"\" TERM; while :; do sleep 1000; done) & "
                        "[ $FIRSTLOCK_TASK_INDEX = 0 ] && echo $! > " +
                        noted.string() +
                        "; echo firstlock ready; read go; echo firstlock failed 1 no'"),
           {.acknowledged = 0, .failed = writers});
    pid_t grandchild = 0;
    std::ifstream(noted) >> grandchild;
    REQUIRE(grandchild > 0);
    const ProcessWatch watch(grandchild);
    CHECK(watch.ended_by(Deadline(settings().scaled(std::chrono::seconds(10)))));
}

// Writer 1 is locked at once, the others hang until they are stopped; then the same with one that
// had died or reported a failure before. Where nobody is locked, nothing is stopped.

ONE_ROGUE("stop: a trial that stops at its first locked writer excuses those it stopped",
          rogues("is_locked", "hangs_after_gate", "hangs_after_gate"),
          {.verdict = Verdict::locked,
           .acknowledged = 0,
           .locked = 1,
           .unknown = 4,
           .stopped_early = true},
          true)

ONE_ROGUE("stop: a writer that died by itself is not excused",
          rogues("exits_at_gate", "is_locked_after_another", "hangs_after_gate"),
          {.acknowledged = 0, .locked = 1, .unknown = 4, .stopped_early = true}, true)

ONE_ROGUE("stop: a writer that reported a failure of the disk is not excused",
          rogues("fails_at_commit_and_hangs", "is_locked_after_another", "hangs_after_gate"),
          {.acknowledged = 0, .locked = 1, .unknown = 4, .stopped_early = true}, true)

ONE_ROGUE("stop: a writer that has closed its stdout and lives on is not excused",
          rogues("closes_stdout_and_hangs", "is_locked_after_another", "hangs_after_gate"),
          {.acknowledged = 0, .locked = 1, .unknown = 4, .stopped_early = true}, true)

ONE_ROGUE("stop: a writer that floods for ever is read no further",
          rogues("floods_for_ever", "is_locked_after_another", "hangs_after_gate"),
          {.verdict = Verdict::locked,
           .acknowledged = 0,
           .locked = 1,
           .unknown = 4,
           .stopped_early = true},
          true)

ONE_ROGUE("stop: without a locked writer nothing is stopped before the deadline",
          rogues("exits_at_gate", "exits_at_gate", "hangs_after_gate"),
          {.acknowledged = 0, .unknown = 5}, true)

// Goal:   a trial that stops at its first locked writer says so, excuses the writers that it
//         stopped, and nobody else.
// Method: five rogues: writer 1 is locked at once, the others hang until they are stopped; then the
//         same with one that had died before. Where nobody is locked, nothing is stopped.
#include "fixtures/run/settings.hpp"
#include "tests/trust/one_rogue.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace firstlock;
using namespace std::chrono_literals;

namespace {

struct Ending {
    Verdict verdict;
    bool stopped_early;
    std::size_t unknown;
};

/// A trial of five rogues: writer 1 and writer 2 in ways of their own, the others hang.
void expect(const std::string& one, const std::string& two, const Ending& expected)
{
    const ScratchDirectory directory;
    const Command rogue = rogue_writer("hangs_after_gate");
    const auto database = directory.path() / "stopped.db";
    make_table(database, profile("recommended"));
    const Trial trial = run_trial(
        {.database = database,
         .profile = profile("recommended"),
         .writer = {"/bin/sh",
                    {"-c",
                     R"(case $FIRSTLOCK_TASK_INDEX in 1) mode=$1 ;; 2) mode=$2 ;; *) mode=$3 ;; esac
                        exec "$0" $mode)",
                     rogue.executable.string(), one, two, rogue.arguments.at(0)},
                    {}},
         .deadlines = PoolDeadlines{.ready = settings().scaled(5s),
                                    .run = settings().scaled(3s),
                                    .grace = settings().scaled(300ms)},
         .stop_at_first_locked = true},
        example_rows(5));
    INFO(trial.story());
    CHECK(trial.verdict == expected.verdict);
    CHECK(trial.stopped_early == expected.stopped_early);
    CHECK(trial.unknown == expected.unknown);
    CHECK(trial.acknowledged + trial.locked + trial.failed + trial.unknown == 5);
    check_no_child_left();
}

} // namespace

TEST_CASE("harness.stop: a trial that stops at its first locked writer excuses those it stopped")
{
    expect("is_locked", "hangs_after_gate",
           {.verdict = Verdict::locked, .stopped_early = true, .unknown = 4});
}

TEST_CASE("harness.stop: a writer that died by itself is not excused")
{
    expect("exits_at_gate", "is_locked_late",
           {.verdict = Verdict::void_, .stopped_early = true, .unknown = 4});
}

TEST_CASE("harness.stop: a writer that reported a failure of the disk is not excused")
{
    expect("fails_at_commit_and_hangs", "is_locked_late",
           {.verdict = Verdict::void_, .stopped_early = true, .unknown = 4});
}

TEST_CASE("harness.stop: without a locked writer nothing is stopped before the deadline")
{
    expect("exits_at_gate", "exits_at_gate",
           {.verdict = Verdict::void_, .stopped_early = false, .unknown = 5});
}

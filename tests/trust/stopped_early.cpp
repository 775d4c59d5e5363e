// Goal:   a trial that stops at its first locked writer says so, excuses the writers that it
//         stopped, and nobody else.
// Method: five rogues: writer 1 is locked at once, the others hang until they are stopped; then the
//         same with one that had died or reported a failure before. Where nobody is locked, nothing is stopped.
#include "tests/trust/one_rogue.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace firstlock;

namespace {

struct Ending {
    Verdict verdict;
    bool stopped_early;
    std::size_t unknown;
};

/// Catch2 fixture: five rogues, of which two have ways of their own.
class FiveRogues : public OneRogue {
  public:
    void expect(const std::string& one, const std::string& two, const Ending& expected)
    {
        const Trial trial = run(rogues(one, two, "hangs_after_gate"), true);
        INFO(trial.story());
        CHECK(trial.verdict == expected.verdict);
        CHECK(trial.stopped_early == expected.stopped_early);
        CHECK(trial.unknown == expected.unknown);
        CHECK(trial.acknowledged + trial.locked + trial.failed + trial.unknown == writers);
        check_no_child_left();
    }
};

} // namespace

TEST_CASE_METHOD(
    FiveRogues,
    "harness.stop: a trial that stops at its first locked writer excuses those it stopped")
{
    expect("is_locked", "hangs_after_gate",
           {.verdict = Verdict::locked, .stopped_early = true, .unknown = 4});
}

TEST_CASE_METHOD(FiveRogues, "harness.stop: a writer that died by itself is not excused")
{
    expect("exits_at_gate", "is_locked_after_another",
           {.verdict = Verdict::void_, .stopped_early = true, .unknown = 4});
}

TEST_CASE_METHOD(FiveRogues,
                 "harness.stop: a writer that reported a failure of the disk is not excused")
{
    expect("fails_at_commit_and_hangs", "is_locked_after_another",
           {.verdict = Verdict::void_, .stopped_early = true, .unknown = 4});
}

TEST_CASE_METHOD(FiveRogues,
                 "harness.stop: without a locked writer nothing is stopped before the deadline")
{
    expect("exits_at_gate", "exits_at_gate",
           {.verdict = Verdict::void_, .stopped_early = false, .unknown = 5});
}

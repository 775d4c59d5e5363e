// Goal:   the gate tells a machine that has become worse than its baseline from one that has not,
//         and from a baseline that could not show it, on real trials.
// Method: as in promises.cpp, with baselines made for the purpose; the waits of one are those of a
//         pilot on this machine, halved or doubled.
#include "fixtures/table/fresh_table.hpp"
#include "tests/gate/gate_run.hpp"

#include <catch2/generators/catch_generators.hpp>

using namespace firstlock;
using Catch::Matchers::ContainsSubstring;

TEST_CASE_METHOD(GateRun, "promises.a baseline that still holds passes")
{
    check(Ends::passed, "no worse: recommended with 20 writers",
          baseline("recommended", 20, 10, 0));
}

TEST_CASE_METHOD(GateRun, "promises.a baseline of too few trials, or of mostly locked ones, fails")
{
    check(Ends::failed,
          ContainsSubstring("undecided: sqlite with 1 writers: 0 of 1") &&
              ContainsSubstring("no rise of locked trials") &&
              ContainsSubstring("neither is enough"),
          baseline("sqlite", 1, 1, 0));
    check(Ends::failed,
          ContainsSubstring("takes no part: 3 of 4 trials locked") &&
              ContainsSubstring("nothing to test"),
          baseline("sqlite", 2, 4, 3));
}

TEST_CASE_METHOD(GateRun, "promises.writers that all fail decide neither a promise nor a baseline")
{
    const std::string writer = "FIRSTLOCK_WRITER=sh -c 'echo firstlock ready; read go; echo "
                               "firstlock failed 14 unable to open'";
    const auto file = GENERATE(values<GateFile>(
        {promise("recommended", 2, 0.01, 0.05), baseline("recommended", 2, 10, 0)}));
    check(Ends::failed,
          ContainsSubstring("undecided") &&
              ContainsSubstring("5 void trials besides, the last because: 2 failed") &&
              !ContainsSubstring("clean trials in a row"),
          file, {writer});
    check(Ends::skipped, "undecided", file, {writer, "FIRSTLOCK_UNDECIDED=skip"});
}

TEST_CASE_METHOD(GateRun,
                 "promises.a baseline that the budget is too short to compare is undecided")
{
    check(Ends::failed, "undecided: recommended with 20 writers",
          baseline("recommended", 20, 10, 0), {"FIRSTLOCK_BUDGET_S=0.1"});
}

TEST_CASE_METHOD(GateRun, "promises.waits of a baseline compare up to the timeout and by one clock")
{
    // Three trials under a longer timeout, and one that was refused: new trials end at 5 s.
    const GateFile file = baseline("rollback", 2, 4, 0,
                                   R"(, "waits_ms": [4000, 6000, 7000], "censored_waits_ms": [9])");
    const std::vector<std::string> soon{"FIRSTLOCK_BUDGET_S=0.1"};
    check(Ends::failed, "4 longest waits, median above the timeout;", file, soon);
    check(Ends::failed, "and no waits that compare", file, {soon[0], writer(inserting)});
}

TEST_CASE_METHOD(GateRun, "promises.a baseline that was better than this fails with the p-value")
{
    check(Ends::failed, "Fisher's exact test, one-sided: p at most ",
          baseline("sqlite", 50, 10, 0));
}

TEST_CASE_METHOD(GateRun, "promises.a baseline that cannot see what it is asked for is undecided")
{
    check(Ends::failed,
          ContainsSubstring("\nrecommended with 20 writers: 0 of 4 trials locked in the baseline, "
                            "and no waits that compare; 60 trials show, with 80 % power, locked "
                            "trials that rise to 75 % (asked: to 50 %) and no longer waits") &&
              ContainsSubstring("\nundecided: recommended with 20 writers") &&
              ContainsSubstring("neither is enough to call this level no worse"),
          baseline("recommended", 20, 4, 0));
}

TEST_CASE_METHOD(
    GateRun, "promises.a baseline with half the waits fails, and one with twice the waits passes")
{
    std::vector<std::int64_t> waits;
    for (int trial = 0; trial < 20; ++trial) {
        FreshTable table;
        table.use(profile("rollback"));
        const Trial pilot = table.insert_in_parallel(
            example_rows(8), {.writer = own_writer(), .recorded = Recorded::nowhere});
        REQUIRE(pilot.longest_statement_wait_ms);
        waits.push_back(*pilot.longest_statement_wait_ms);
    }
    const auto baseline_with = [&](double factor) {
        std::string list;
        for (const std::int64_t ms : waits) {
            list += fmt::format("{}{}", list.empty() ? "" : ", ", factor * static_cast<double>(ms));
        }
        return baseline("rollback", 8, 20, 0, R"(, "waits_ms": [)" + list + "]");
    };
    check(Ends::failed,
          ContainsSubstring("20 longest waits, median ") &&
              ContainsSubstring("worse: rollback with 8 writers: 0 of 20 trials locked in the "
                                "baseline, 0 of ") &&
              ContainsSubstring("Mann and Whitney's test, one-sided: p at most ") &&
              !ContainsSubstring("no worse: "),
          baseline_with(0.5), {"FIRSTLOCK_TRIALS=24"});
    check(Ends::passed, "no worse: rollback with 8 writers", baseline_with(2),
          {"FIRSTLOCK_TRIALS=24"});
}

TEST_CASE_METHOD(GateRun,
                 "promises.a level with a void trial for each other is not called no worse")
{
    if (!has_sqlite3_command()) {
        SKIP("no command sqlite3 on this machine");
    }
    check(Ends::failed,
          ContainsSubstring("undecided: recommended with 1 writers: 0 of 10 trials locked in the "
                            "baseline, 0 of 30 now, of 60 planned") &&
              ContainsSubstring("30 void trials besides"),
          baseline("recommended", 1, 10, 0),
          {writer(std::string(failing_every_second_time) + inserting)});
}

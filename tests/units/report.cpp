// Goal:   the tables say what the lines say, and leave nothing out that makes a figure less than it
//         looks.
// Method: made-up lines and searches, one thing to see in each.
#include "helpers/results/tables.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

using namespace firstlock;
using Catch::Matchers::ContainsSubstring;

namespace {

TrialRecord trial(const std::string& host, const std::string& search = "")
{
    TrialRecord record;
    record.case_ = "a case";
    record.search = search;
    record.profile = "wal";
    record.writers = 20;
    record.acknowledged = 17;
    record.locked = 3;
    record.first_locked = FirstLocked{1234, 17, 3};
    record.wait_ms = Percentiles{1, 2, 3, 9999};
    record.host = host;
    record.verdict = Verdict::locked;
    return record;
}

RunResults search_that(const FirstLock& found, bool finished = true)
{
    const TrialRecord one = trial("here", "the search");
    return {"folder", {one}, {search_state("the search", one, found, finished)}};
}

} // namespace

TEST_CASE("harness.report: rows that failed or are unknown have a column where there are any")
{
    TrialRecord odd = trial("here");
    CHECK_THAT(case_table({{"folder", {odd}, {}}}), !ContainsSubstring("unknown"));
    odd.unknown = 2;
    CHECK_THAT(case_table({{"folder", {odd}, {}}}), ContainsSubstring("unknown"));
    CHECK_THAT(case_table({{"folder", {odd}, {}}}), ContainsSubstring("acknowledged"));
}

TEST_CASE("harness.report: rows of two machines tell which is which")
{
    const std::string table =
        case_table({{"one", {trial("first-host")}, {}}, {"two", {trial("second-host")}, {}}});
    CHECK_THAT(table, ContainsSubstring("first-host") && ContainsSubstring("second-host"));
    CHECK_THAT(case_table({{"one", {trial("first-host")}, {}}}), !ContainsSubstring("first-host"));
}

TEST_CASE("harness.report: a trial that stopped at its first locked writer is marked")
{
    TrialRecord stopped = trial("here");
    CHECK_THAT(case_table({{"folder", {stopped}, {}}}), !ContainsSubstring("stopped there"));
    stopped.stopped_early = true;
    CHECK_THAT(case_table({{"folder", {stopped}, {}}}), ContainsSubstring("locked, stopped there"));
}

TEST_CASE(
    "harness.report: what makes a search doubtful stands in its row though it is the only one")
{
    FirstLock found;
    found.trials = 1;
    CHECK_THAT(first_lock_table({search_that(found)}), !ContainsSubstring("note"));
    CHECK_THAT(first_lock_table({search_that(found, false)}), ContainsSubstring("unfinished"));
    found.monotone = false;
    CHECK_THAT(first_lock_table({search_that(found)}), ContainsSubstring("falls again with M"));
    found.levels.resize(2);
    found.levels[0].void_trials = 2;
    found.levels[1].void_trials = 1;
    CHECK_THAT(first_lock_table({search_that(found)}), ContainsSubstring("3 void trials"));
    found.stopped_because = "too many void trials in a row at 64 writers";
    CHECK_THAT(first_lock_table({search_that(found)}), ContainsSubstring("too many void trials"));
}

TEST_CASE("harness.report: when the lock first appeared is not the longest wait of all")
{
    CHECK_THAT(case_table({{"folder", {trial("here")}, {}}}),
               ContainsSubstring("1234") && !ContainsSubstring("9999"));
}

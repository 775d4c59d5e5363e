// Goal:   what a writer says is never taken for what is stored: each lie shows, whichever way it
//         goes.
// Method: real trials of five writers with one liar among them (one_rogue.hpp). Where the counts
//         stay right, only the comparison row by row can tell.
#include "fixtures/table/matchers.hpp"
#include "tests/trust/one_rogue.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace firstlock;

TEST_CASE_METHOD(OneRogue, "harness.liar: a row that is acknowledged and never inserted is lost")
{
    const Trial trial =
        expect("acknowledges_without_insert",
               {.verdict = Verdict::broken, .acknowledged = writers, .lost = 1, .story = "1 LOST"});
    CHECK_THAT(trial, !AllRowsStored());
    CHECK_THAT(trial, !NothingLost());
    CHECK_THAT(trial, !CountsAddUp());
}

TEST_CASE_METHOD(OneRogue, "harness.liar: a row that is inserted in silence is unknown and stored")
{
    expect("inserts_in_silence",
           {.unknown = 1, .unknown_stored = 1, .story = "writer 1: no report, exit status 0"});
}

TEST_CASE_METHOD(OneRogue,
                 "harness.liar: a row that is inserted and said to be locked is unexpected")
{
    expect("inserts_and_says_locked",
           {.verdict = Verdict::broken, .locked = 1, .unexpected = 1, .story = "1 UNEXPECTED"});
}

TEST_CASE_METHOD(OneRogue,
                 "harness.liar: a row that is inserted and said to have failed is unexpected")
{
    expect("inserts_and_says_failed", {.verdict = Verdict::broken,
                                       .failed = 1,
                                       .unexpected = 1,
                                       .story = "'firstlock failed 19 no'"});
}

TEST_CASE_METHOD(OneRogue, "harness.liar: a row that is inserted twice is a duplicate")
{
    expect("inserts_twice", {.verdict = Verdict::broken,
                             .acknowledged = writers,
                             .duplicate = 1,
                             .story = "1 DUPLICATE"});
}

TEST_CASE_METHOD(
    OneRogue,
    "harness.liar: a copy of another row instead of its own shows though the counts are right")
{
    const Trial trial =
        expect("stores_anothers_row", {.verdict = Verdict::broken,
                                       .acknowledged = writers,
                                       .lost = 1,
                                       .duplicate = 1,
                                       .story = "1 LOST, 0 UNEXPECTED, 1 DUPLICATE"});
    CHECK(trial.rows_after == trial.rows_before + trial.acknowledged);
    CHECK_THAT(trial, CountsAddUp());
    CHECK_THAT(trial, !NothingLost());
}

TEST_CASE_METHOD(
    OneRogue, "harness.liar: an invented row instead of its own shows though the counts are right")
{
    const Trial trial = expect("stores_an_invented_row", {.verdict = Verdict::broken,
                                                          .acknowledged = writers,
                                                          .lost = 1,
                                                          .unexpected = 1,
                                                          .story = "1 LOST, 1 UNEXPECTED"});
    CHECK(trial.rows_after == trial.rows_before + trial.acknowledged);
    CHECK_THAT(trial, CountsAddUp());
    CHECK_THAT(trial, !NothingLost());
}

TEST_CASE_METHOD(OneRogue, "harness.liar: a plain failure is void and told with its text")
{
    expect("fails", {.failed = 1, .story = "near nowhere: syntax error"});
}

TEST_CASE_METHOD(
    OneRogue, "harness.liar: a full disk at the commit leaves the row unknown and not unexpected")
{
    expect("full_disk_at_commit",
           {.unknown = 1, .unknown_stored = 1, .story = "database or disk is full stage=commit"});
}

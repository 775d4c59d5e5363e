// Goal:   what a writer says is never taken for what is stored: each lie shows, whichever way it
//         goes.
// Method: real trials of five writers with one liar among them (one_rogue.hpp). Where the counts
//         stay right, only the comparison row by row can tell.
#include "tests/trust/one_rogue.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace firstlock;

ONE_ROGUE("liar: a row that is acknowledged and never inserted is lost",
          rogues("acknowledges_without_insert"),
          {.verdict = Verdict::broken, .acknowledged = writers, .lost = 1, .story = "1 LOST"})

ONE_ROGUE("liar: a row that is inserted in silence is unknown and stored",
          rogues("inserts_in_silence"),
          {.unknown = 1, .unknown_stored = 1, .story = "writer 1: no report, exit status 0"})

ONE_ROGUE("liar: a row that is inserted and said to be locked is unexpected",
          rogues("inserts_and_says_locked"),
          {.verdict = Verdict::broken, .locked = 1, .unexpected = 1, .story = "1 UNEXPECTED"})

ONE_ROGUE(
    "liar: a row that is inserted and said to have failed is unexpected",
    rogues("inserts_and_says_failed"),
    {.verdict = Verdict::broken, .failed = 1, .unexpected = 1, .story = "'firstlock failed 19 no'"})

ONE_ROGUE(
    "liar: a row that is inserted twice is a duplicate", rogues("inserts_twice"),
    {.verdict = Verdict::broken, .acknowledged = writers, .duplicate = 1, .story = "1 DUPLICATE"})

ONE_ROGUE("liar: a copy of another row instead of its own shows though the counts are right",
          rogues("stores_anothers_row"),
          {.verdict = Verdict::broken,
           .acknowledged = writers,
           .lost = 1,
           .duplicate = 1,
           .story = "1 LOST, 0 UNEXPECTED, 1 DUPLICATE"})

ONE_ROGUE("liar: an invented row instead of its own shows though the counts are right",
          rogues("stores_an_invented_row"),
          {.verdict = Verdict::broken,
           .acknowledged = writers,
           .lost = 1,
           .unexpected = 1,
           .story = "1 LOST, 1 UNEXPECTED"})

ONE_ROGUE("liar: a plain failure is void and told with its text", rogues("fails"),
          {.failed = 1, .story = "near nowhere: syntax error"})

ONE_ROGUE("liar: a full disk at the commit leaves the row unknown and not unexpected",
          rogues("full_disk_at_commit"),
          {.unknown = 1, .unknown_stored = 1, .story = "database or disk is full stage=commit"})

// Goal:   a trial that stops at its first locked writer says so, excuses the writers that it
//         stopped, and nobody else.
// Method: five rogues: writer 1 is locked at once, the others hang until they are stopped; then the
//         same with one that had died or reported a failure before. Where nobody is locked, nothing is stopped.
#include "tests/trust/one_rogue.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace firstlock;

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

ONE_ROGUE("stop: without a locked writer nothing is stopped before the deadline",
          rogues("exits_at_gate", "exits_at_gate", "hangs_after_gate"),
          {.acknowledged = 0, .unknown = 5}, true)

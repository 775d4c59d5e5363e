// Goal:   the gate passes, fails and skips as promised, on real trials.
// Method: the gate's own executable is run on promise files made for the purpose, with results in a
//         scratch directory, and its exit status is looked at: 0 passed, 4 skipped, anything else
//         failed.
#include "tests/gate/gate_run.hpp"

#include <catch2/generators/catch_generators.hpp>

using namespace firstlock;
using Catch::Matchers::ContainsSubstring;

namespace {

const GateFile undecidable = promise("recommended", 5, 0.0001, 0.001);

} // namespace

TEST_CASE_METHOD(GateRun, "promises.one that holds passes")
{
    check(Ends::passed, "kept: promised: recommended holds 20 writers",
          promise("recommended", 20, 0.05, 0.5));
}

TEST_CASE_METHOD(GateRun, "promises.one that cannot hold fails with the evidence")
{
    // Timeout 0 and fifty writers at once: nobody waits, so somebody is locked.
    check(Ends::failed,
          "broken: promised: sqlite holds 50 writers with at most 1 % of trials locked",
          promise("sqlite", 50, 0.01, 0.2));
}

TEST_CASE_METHOD(GateRun, "promises.one that cannot be decided fails and says what it would take")
{
    check(Ends::failed, "more clean trials in a row", undecidable, {"FIRSTLOCK_TRIALS=3"});
}

TEST_CASE_METHOD(GateRun, "promises.one that cannot be decided is skipped where that was asked for")
{
    check(Ends::skipped, "undecided", undecidable,
          {"FIRSTLOCK_TRIALS=3", "FIRSTLOCK_UNDECIDED=skip"});
}

TEST_CASE_METHOD(GateRun, "promises.none at all fails")
{
    check(Ends::failed, "FIRSTLOCK_PROMISES names the promise file",
          {undecidable.case_, "NO_SETTING", ""});
}

TEST_CASE_METHOD(
    GateRun,
    "promises.one that is kept in every second trial, with void ones between, is undecided")
{
    if (!has_sqlite3_command()) {
        SKIP("no command sqlite3 on this machine");
    }
    check(Ends::failed, "undecided: not kept were the void trials locked",
          promise("recommended", 1, 0.05, 0.5),
          {writer(std::string(failing_every_second_time) + inserting)});
}

TEST_CASE_METHOD(GateRun, "promises.a failure says how to run it again under the same settings")
{
    check(Ends::failed,
          ContainsSubstring("FIRSTLOCK_TRIALS='3'") && ContainsSubstring("FIRSTLOCK_PROMISES='") &&
              ContainsSubstring("FIRSTLOCK_SEED="),
          undecidable, {"FIRSTLOCK_TRIALS=3"});
}

TEST_CASE_METHOD(GateRun,
                 "promises.a timeout that is to be spared is, or is not, by the longest waits")
{
    // Sixteen in the rollback journal wait for about a second of their five, and are all served.
    check(Ends::passed,
          ContainsSubstring("kept: promised: rollback holds 16 writers with at most 5 % of trials "
                            "locked or waiting longer than 90 % of the timeout, 4500 ms; 0 of") &&
              ContainsSubstring("0 more waited too long") && !ContainsSubstring("on the wall"),
          promise("rollback", 16, 0.05, 0.5, R"(, "headroom": 0.9)"));
    check(Ends::failed,
          ContainsSubstring("broken: promised: rollback holds 16 writers") &&
              ContainsSubstring("0 of 2 trials locked, 2 more waited too long"),
          promise("rollback", 16, 0.05, 0.5, R"(, "headroom": 0.002)"));
}

TEST_CASE_METHOD(GateRun, "promises.locked trials count where a timeout is to be spared too")
{
    check(Ends::failed, "2 of 2 trials locked, 0 more waited too long",
          promise("ecto", 50, 0.05, 0.5, R"(, "headroom": 0.9)"),
          {writer("echo firstlock locked 5")});
}

TEST_CASE_METHOD(GateRun,
                 "promises.of a writer without a handler's clock the time to its report counts")
{
    if (!has_sqlite3_command()) {
        SKIP("no command sqlite3 on this machine");
    }
    // A tenth of a second is more than 60 ms, which it would not be of its waits for locks.
    check(Ends::failed,
          ContainsSubstring("0 of 2 trials locked, 2 more waited too long") &&
              ContainsSubstring("of 2 trials by the clock on the wall"),
          promise("recommended", 1, 0.05, 0.5, R"(, "headroom": 0.001)"),
          {writer(std::string("sleep 0.1") + inserting)});
}

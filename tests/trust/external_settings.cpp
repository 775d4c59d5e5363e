// Goal:   a trial of writers that are not the suite's own is recorded under the settings that they
//         said they applied, and under no others.
// Method: writers in shell that say nothing, everything, or nonsense after `ready`; the line of
//         results that is left of them.
#include "fixtures/run/settings.hpp"
#include "tests/trust/one_rogue.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <nlohmann/json.hpp>

#include <string>

using namespace firstlock;
using Catch::Matchers::ContainsSubstring;
using nlohmann::ordered_json;

namespace {

Trial trial_of_one_that_says(const std::string& after_ready, const char* profile_asked_for)
{
    return unrecorded_trial(profile(profile_asked_for),
                            shell_writer("sh -c 'echo firstlock ready " + after_ready +
                                         "; read go; echo firstlock failed 1 no'"),
                            1);
}

/// Of the line of results, the settings that are not known.
std::string unknown_in(const Trial& trial)
{
    const auto line = ordered_json::parse(line_of(trial));
    std::string keys;
    for (const char* const key : {"journal_mode", "synchronous", "transaction", "retry", "connect",
                                  "busy_timeout_ms", "payload_bytes"}) {
        keys += line.at(key).is_null() ? std::string(key) + " " : "";
    }
    CHECK(line_of(trial_from(line)) == line_of(trial));
    return keys;
}

} // namespace

TEST_CASE("harness.external settings: what a writer did not say is not known, but for WAL")
{
    const Trial rollback = trial_of_one_that_says("", "django");
    CHECK(rollback.profile == "external");
    CHECK(unknown_in(rollback) ==
          "journal_mode synchronous transaction retry connect busy_timeout_ms payload_bytes ");
    CHECK_THAT(rollback.story(),
               ContainsSubstring("profile external (unknown, synchronous unknown, "
                                 "unknown, busy timeout unknown)"));
    const Trial wal = trial_of_one_that_says("", "recommended");
    CHECK(wal.journal_mode == "wal");
    CHECK(unknown_in(wal) ==
          "synchronous transaction retry connect busy_timeout_ms payload_bytes ");
}

TEST_CASE("harness.external settings: what a writer said is recorded, and its own settings always")
{
    const Trial trial = trial_of_one_that_says(
        "profile=mine journal_mode=memory synchronous=off transaction=exclusive retry=jittered "
        "connect=after_go busy_timeout_ms=7 payload_bytes=9 driver=sh",
        "recommended");
    CHECK(unknown_in(trial).empty());
    CHECK(trial.profile == "mine");
    CHECK(trial.journal_mode == "memory");
    CHECK(trial.synchronous == "off");
    CHECK(trial.transaction == "exclusive");
    CHECK(trial.retry == "jittered");
    CHECK(trial.connect == "after_go");
    CHECK(trial.busy_timeout_ms == 7);
    CHECK(trial.payload_bytes == 9U);
    CHECK(unknown_in(unrecorded_trial(profile("recommended"), own_writer(), 1)).empty());
}

TEST_CASE(
    "harness.external settings: a value that is not a number keeps the gate shut and is quoted")
{
    const Trial trial = trial_of_one_that_says("busy_timeout_ms=5s", "recommended");
    CHECK(trial.verdict == Verdict::void_);
    CHECK_THAT(trial.story(), ContainsSubstring("'5s' is not a number in the line"));
}

// Goal:   what is recorded is what is read back, whoever writes beside and whoever is killed while
//         writing.
// Method: ResultsFolder on scratch folders; never on the results of this run, which have to
//         balance.
#include "fixtures/run/scratch_directory.hpp"
#include "helpers/results/results_folder.hpp"
#include "helpers/results/summary.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

using namespace firstlock;
using Catch::Matchers::ContainsSubstring;

namespace {

/// A record with no member at its default, so that one that is dropped on the way shows.
TrialRecord full_record()
{
    TrialRecord record;
    record.run_id = "run";
    record.case_name = "harness.results \"quoted\" Größe";
    record.started_at = "2026-01-31T12:00:00.123Z";
    record.profile = "mine", record.journal_mode = "wal", record.synchronous = "normal";
    record.transaction = "immediate", record.retry = "constant", record.connect = "after_go";
    record.writer = "python3 w.py", record.search = "search", record.void_because = "why";
    record.busy_timeout_ms = 1, record.payload_bytes = 2, record.sequential = 3,
    record.writers = 14;
    record.acknowledged = 2, record.locked = 3, record.failed = 4, record.unknown = 5;
    record.lost = 6, record.unexpected = 7, record.duplicate = 8, record.unknown_stored = 9;
    record.rows_before = 10, record.rows_after = 11;
    record.codes = {{"5", 1}, {"517", 2}}, record.stages = {{"commit", 3}};
    record.wait_ms = Percentiles{};
    record.wait_ms->p50 = 1.5, record.wait_ms->p90 = 2.5, record.wait_ms->p99 = 3.5;
    record.wait_ms->max = 4.5;
    record.start_skew_ms = 5.5, record.in_flight_peak = 12, record.span_ms = 6.5;
    record.commits_per_second = 7.5, record.ready_ms = 8.5, record.sequential_ms = 9.25;
    record.first_locked = FirstLocked{9.5, 13, 14};
    record.integrity = "ok", record.verdict = Verdict::broken, record.stopped_early = true;
    record.seed = UINT64_MAX;
    record.environment.sqlite.version = "3.40.1";
    record.environment.sqlite.source_id = "2022";
    record.environment.file_system = "ext4";
    record.environment.cpu_count = 2;
    record.environment.kernel = "Linux 6", record.environment.host = "here";
    return record;
}

} // namespace

TEST_CASE("harness.results: a line reads back as the record that it was")
{
    const auto line = to_json(full_record());
    CHECK(to_json(trial_from_json(nlohmann::json::parse(line.dump()))) == line);
    for (const auto& [key, value] : line.items()) {
        CAPTURE(key);
        CHECK((key == "sqlite_options" || !value.is_null()));
    }
}

TEST_CASE("harness.results: a line has every key that readers elsewhere rely on")
{
    for (const auto& line : {to_json(full_record()), to_json(TrialRecord())}) {
        for (const char* const key : {"schema",
                                      "run_id",
                                      "case",
                                      "started_at",
                                      "profile",
                                      "journal_mode",
                                      "synchronous",
                                      "transaction",
                                      "busy_timeout_ms",
                                      "sequential",
                                      "writers",
                                      "acknowledged",
                                      "locked",
                                      "failed",
                                      "unknown",
                                      "lost",
                                      "unexpected",
                                      "duplicate",
                                      "rows_before",
                                      "rows_after",
                                      "codes",
                                      "wait_ms",
                                      "start_skew_ms",
                                      "in_flight_peak",
                                      "span_ms",
                                      "commits_per_second",
                                      "integrity",
                                      "verdict",
                                      "stopped_early",
                                      "stages",
                                      "unknown_stored",
                                      "writer",
                                      "first_locked",
                                      "seed",
                                      "sqlite_version",
                                      "sqlite_source_id",
                                      "file_system",
                                      "cpu_count",
                                      "kernel",
                                      "host"}) {
            CAPTURE(key);
            CHECK(line.contains(key));
        }
    }
    const auto line = to_json(full_record());
    for (const char* const key : {"p50", "p90", "p99", "max"}) {
        CHECK(line.at("wait_ms").contains(key));
    }
    for (const char* const key : {"after_ms", "acknowledged_before", "in_flight"}) {
        CHECK(line.at("first_locked").contains(key));
    }
}

TEST_CASE("harness.results: the summary has every key that readers elsewhere rely on")
{
    const auto state = search_state("search", full_record(), FirstLock{}, true);
    const auto summary = make_summary("run", full_record().environment, {state});
    for (const char* const key : {"schema", "run_id", "host", "sqlite_version", "first_lock"}) {
        CAPTURE(key);
        CHECK(summary.contains(key));
    }
    for (const char* const key :
         {"profile", "holds", "holds_p_high", "first_lock", "m50", "m50_low", "m50_high", "trials",
          "trials_locked", "levels", "monotone", "max_writers", "stopped_because"}) {
        CAPTURE(key);
        CHECK(summary.at("first_lock").at(0).contains(key));
    }
}

TEST_CASE(
    "harness.results: a line that cannot be understood is named by file and number and reason")
{
    const auto [key, value, why] = GENERATE(table<std::string, std::string, std::string>({
        {"schema", "99", "schema 99 is newer than this program"},
        {"writers", "", "the key 'writers' is missing"},
        {"lost", "\"none\"", "the key 'lost' has the value \"none\""},
        {"codes", "[1]", "the key 'codes' has the value [1]"},
        {"wait_ms", "{\"p50\": 1}", "the key 'p90' is missing"},
        {"host", "7", "the key 'host' has the value 7"},
    }));
    CAPTURE(key, value);
    const ScratchDirectory scratch;
    const ResultsFolder folder(scratch.path());
    auto line = to_json(full_record());
    append_line(scratch.path() / "trials.jsonl", line.dump());
    line.erase(key);
    if (!value.empty()) {
        line[key] = nlohmann::ordered_json::parse(value);
    }
    append_line(scratch.path() / "trials.jsonl", line.dump());
    CHECK_THROWS_WITH(folder.trials(),
                      ContainsSubstring("trials.jsonl, line 2") && ContainsSubstring(why));
}

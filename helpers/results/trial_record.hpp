#pragma once

#include "helpers/results/environment.hpp"
#include "helpers/rows/verdict.hpp"
#include "helpers/statistics/percentiles.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace firstlock {

/// The version of the lines and of the summary. A reader refuses a newer one.
constexpr int results_schema = 1;

/// When within its trial `database is locked` first appeared.
struct FirstLocked {
    double after_ms = 0;                 ///< from the release of the gate to that writer's report
    std::size_t acknowledged_before = 0; ///< rows acknowledged by then
    std::size_t in_flight = 0; ///< writers between start and end at that moment, itself included
};

/// One line of trials.jsonl. The keys in JSON have the names of the members; they are a contract
/// (README, "Results"): readers outside this project rely on them.
struct TrialRecord : Evidence {
    std::string run_id, case_name, started_at, profile, journal_mode, synchronous, transaction;
    std::string retry, connect, writer;
    std::int64_t busy_timeout_ms = 0;
    std::size_t payload_bytes = 0; ///< beside the 36 letters of `msg`
    std::string search; ///< the key of the search that asked for this trial, empty for others
    std::size_t sequential = 0;
    std::size_t rows_before = 0, rows_after = 0;
    std::map<std::string, std::size_t>
        codes; ///< extended code -> refusals; "?" where none was given
    std::map<std::string, std::size_t> stages; ///< stage -> refusals
    std::optional<Percentiles> wait_ms;        ///< null where no writer gave times
    std::optional<double> start_skew_ms;       ///< first to last start
    std::optional<std::size_t> in_flight_peak; ///< most writers between start and end at once
    std::optional<double> span_ms;             ///< first start to last end
    std::optional<double> commits_per_second;  ///< acknowledged / span
    std::optional<FirstLocked> first_locked;
    std::optional<double> sequential_ms; ///< the inserts in sequence since the trial before on the
                                         ///< same table; null where there were none
    double total_s = 0;                  ///< its table, where made for it, writers, verification
    double ready_ms = 0; ///< from the start of the first writer until all were ready
    Verdict verdict = Verdict::void_;
    std::string void_because; ///< empty unless the verdict is void
    bool stopped_early = false;
    std::uint64_t seed = 0;
    Environment environment;
};

nlohmann::ordered_json to_json(const TrialRecord& record);
/// Throws std::runtime_error that names the key that is missing or of the wrong type, or a newer
/// schema.
TrialRecord trial_from_json(const nlohmann::json& line);

/// The keys of an environment, as they stand in each line and in the summary.
void add_environment(nlohmann::ordered_json& object, const Environment& environment);
Environment environment_from_json(const nlohmann::json& object);

/// "2026-01-31T12:00:00.123Z"
std::string utc_now();

} // namespace firstlock

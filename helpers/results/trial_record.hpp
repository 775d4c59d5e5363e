#pragma once

#include "helpers/locks/why.hpp"
#include "helpers/results/environment.hpp"
#include "helpers/results/result_head.hpp"
#include "helpers/rows/attempts.hpp"
#include "helpers/rows/verdict.hpp"
#include "helpers/statistics/percentiles.hpp"

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace firstlock {

/// Under what settings its writers ran. Null: not known, of writers that are not the suite's own.
struct TrialSettings {
    std::string profile;
    std::optional<std::string> journal_mode, synchronous, transaction, retry, connect;
    std::optional<std::int64_t> busy_timeout_ms;
    std::optional<std::size_t> payload_bytes; ///< beside the 36 letters of `msg`
    std::string writer;
};
BOOST_DESCRIBE_STRUCT(TrialSettings, (),
                      (profile, journal_mode, synchronous, transaction, retry, connect,
                       busy_timeout_ms, payload_bytes, writer))

/// How long its writers had to wait, at the worst. Null in lines of schema 1.
struct LongestWait {
    std::optional<double> longest_wait_ms; ///< from a writer's start to its report, for people
    /// Of a single statement, on the clock by which its handler gives up (wait_curve.hpp); null
    /// where some writer did not know it.
    std::optional<std::int64_t> longest_statement_wait_ms;
    /// It would have been longer: a writer was refused, stopped early, or ran past its deadline. A
    /// trial that is void for another reason is no evidence of waits.
    std::optional<bool> wait_censored;
    /// Refusals that no longer timeout would have changed: before it was waited out.
    std::optional<std::size_t> refused_at_once;
    std::optional<double> headroom; ///< longest_statement_wait_ms / busy_timeout_ms
};
BOOST_DESCRIBE_STRUCT(LongestWait, (),
                      (longest_wait_ms, longest_statement_wait_ms, wait_censored, refused_at_once,
                       headroom))

/// What it came to.
struct TrialFigures : Evidence, LongestWait {
    std::size_t sequential = 0;
    std::size_t rows_before = 0, rows_after = 0;
    /// Extended code -> refusals; "?" where none was given.
    std::map<std::string, std::size_t> codes;
    std::map<std::string, std::size_t> stages; ///< stage -> refusals
    std::optional<Percentiles> wait_ms;        ///< null where no writer gave times
    std::optional<double> start_skew_ms;       ///< first to last start
    std::optional<std::size_t> in_flight_peak; ///< most writers between start and end at once
    std::optional<double> span_ms;             ///< first start to last end
    std::optional<double> commits_per_second;  ///< acknowledged / span
    std::optional<FirstLocked> first_locked;
    /// The inserts in sequence since the trial before on the same table; null where there were
    /// none.
    std::optional<double> sequential_ms;
    double total_s = 0;  ///< its table, where made for it, writers, verification
    double ready_ms = 0; ///< from the start of the first writer until all were ready
    Verdict verdict = Verdict::void_;
    std::string void_because; ///< empty unless the verdict is void
    bool stopped_early = false;
    std::string search;     ///< the key of the search that asked for this trial, empty for others
    std::optional<Why> why; ///< the account of its locks; null in lines of older versions
};
BOOST_DESCRIBE_STRUCT(TrialFigures, (Evidence, LongestWait),
                      (sequential, rows_before, rows_after, codes, stages, wait_ms, start_skew_ms,
                       in_flight_peak, span_ms, commits_per_second, first_locked, sequential_ms,
                       total_s, ready_ms, verdict, void_because, stopped_early, search, why))

/// One line of trials.jsonl.
struct TrialRecord : ResultHead, TrialSettings, TrialFigures, Environment {};
BOOST_DESCRIBE_STRUCT(TrialRecord, (ResultHead, TrialSettings, TrialFigures, Environment), ())

/// The record as its line, without a line feed.
std::string line_of(const TrialRecord& record);
/// Throws std::runtime_error that names the key that is missing or of the wrong type, or a newer
/// schema.
TrialRecord trial_from(const nlohmann::ordered_json& line);

} // namespace firstlock

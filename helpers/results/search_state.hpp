#pragma once

#include "helpers/results/trial_record.hpp"
#include "helpers/statistics/first_lock.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <vector>

namespace firstlock {

/// The state of one first-lock search as it stands in searches.jsonl and, without `search`, in the
/// array `first_lock` of summary.json.
struct SearchState : TrialSettings, FirstLock {
    std::string search; ///< what makes it the same search as one of another run
    std::string case_, file_system;
    int max_writers = 0;
    bool finished = false;
    /// What else a reader has to know, such as that a driver ignores the timeout.
    std::optional<std::string> note{};
};
BOOST_DESCRIBE_STRUCT(SearchState, (TrialSettings, FirstLock),
                      (search, case_, file_system, max_writers, finished, note))

/// `example` is any trial of the search, but for the timeout: under `busy_timeout_ms`, which is
/// asked about.
SearchState search_state(const std::string& search, const TrialRecord& example,
                         const FirstLock& found, bool finished);

std::string line_of(const SearchState& state);
/// Throws std::runtime_error that names the key that is missing or of the wrong type.
SearchState search_from(const nlohmann::ordered_json& line);

/// The text of summary.json: a run's id, its machine, and the latest state of each of its searches.
std::string summary_text(const std::string& run_id, const Environment& environment,
                         const std::vector<SearchState>& searches);

} // namespace firstlock

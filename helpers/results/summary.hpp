#pragma once

#include "helpers/results/trial_record.hpp"
#include "helpers/statistics/first_lock.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace firstlock {

/// The state of one first-lock search as it stands in searches.jsonl and, without `search`, in the
/// array `first_lock` of summary.json. The keys are a contract (README, "Results").
nlohmann::ordered_json search_state(const std::string& search, const TrialRecord& example,
                                    const FirstLock& found, bool finished);

/// summary.json of a run: its id, its machine, and the latest state of each of its searches.
nlohmann::ordered_json make_summary(const std::string& run_id, const Environment& environment,
                                    const std::vector<nlohmann::ordered_json>& searches);

} // namespace firstlock

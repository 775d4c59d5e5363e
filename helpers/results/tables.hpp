#pragma once

#include "helpers/results/search_state.hpp"

#include <string>
#include <vector>

namespace firstlock {

/// Everything that was recorded in one results folder.
struct RunResults {
    std::string folder;
    std::vector<TrialRecord> trials;
    std::vector<SearchState> searches; ///< last state of each
};

/// Per search: what the model makes of its waits (answer.hpp), what was seen, and what its trials
/// were like; then a sentence on each. Runs that differ in host, file system, SQLite or writer
/// stand in rows of their own.
std::string first_lock_table(const std::vector<RunResults>& runs);

/// Per trial that no search asked for: how many rows got in, and when the first one did not.
std::string case_table(const std::vector<RunResults>& runs);

/// One line for each machine, file system and SQLite build among the trials.
std::string machine_lines(const std::vector<RunResults>& runs);

} // namespace firstlock

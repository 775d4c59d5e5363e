#pragma once

#include "helpers/results/search_state.hpp"

#include <string>

namespace firstlock {

/// "44", "below", "above", or "-" where nothing is known. The smallest M: between 1 and 2 is 2.
std::string amount(const WritersOrOutside& value);

/// "44 (41 to 47)"; "above" where both ends are there too.
std::string amount(const WritersEstimate& value);

/// "5 s", "250 ms", "1.5 s"
std::string duration(double ms);

/// What a search found, in a sentence for people, with the model's figures and what was seen told
/// apart: "rollback: half of all crowds of 44 (41 to 47) are locked at 5 s, one in twenty of 39 …".
std::string answer_in_words(const SearchState& search);

/// The longest wait with about so many writers (within 30 %), as a share of the timeout: "0.02",
/// "over 1" where a writer was refused, "-" where nobody tried.
std::string headroom_at(const SearchState& search, int writers);

/// The timeout under which 95 % of the trials with so many writers stay, by the model: "14 s",
/// "over 10 s", or "-" where nothing is known.
std::string timeout_for(const SearchState& search, int writers);

} // namespace firstlock

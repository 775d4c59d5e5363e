#pragma once

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <vector>

namespace firstlock {

/// The lines of web.jsonl as tables in the formats of the systems that they stand beside: A by
/// timeout and clients with its author's figures, B and E per endpoint with percentiles, C with
/// both sides of the database, and the cells of each question on its own. Empty when there are no
/// cells.
std::string web_tables(const std::vector<nlohmann::ordered_json>& cells);

} // namespace firstlock

#pragma once

#include <nlohmann/json_fwd.hpp>

#include <functional>
#include <string>
#include <vector>

namespace firstlock {

// Each throws JsonError that names a key of a line which it cannot make sense of.
using LineTable = std::string (*)(const std::vector<nlohmann::ordered_json>&);

/// For read_lines(): what `table` cannot make sense of is told of the line that it stands in.
std::function<void(const nlohmann::ordered_json&)> check_by(LineTable table);

/// Lines of requests.jsonl as the systems B and E print theirs: for each run what was asked, a row
/// per kind of request, its percentiles, and the refusals by extended code.
std::string request_tables(const std::vector<nlohmann::ordered_json>& runs);

/// Lines of fairness.jsonl: a row per setting, how fast and how evenly its crowd was served.
std::string fairness_table(const std::vector<nlohmann::ordered_json>& runs);

/// Lines of web.jsonl in the formats of the systems that they stand beside: A by timeout and
/// clients with its author's figures, B and E per endpoint with percentiles, C with both sides of
/// the database, and the cells of each question on its own. Empty when there are no cells.
std::string web_tables(const std::vector<nlohmann::ordered_json>& cells);

} // namespace firstlock

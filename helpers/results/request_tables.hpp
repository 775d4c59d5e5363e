#pragma once

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <vector>

namespace firstlock {

/// Lines of requests.jsonl as the systems B and E print theirs: for each run what was asked, a row
/// per kind of request, its percentiles, and the refusals by extended code.
std::string request_tables(const std::vector<nlohmann::ordered_json>& runs);

/// Lines of fairness.jsonl: a row per setting, how fast and how evenly its crowd was served.
std::string fairness_table(const std::vector<nlohmann::ordered_json>& runs);

} // namespace firstlock

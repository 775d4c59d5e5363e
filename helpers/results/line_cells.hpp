#pragma once

#include <nlohmann/json_fwd.hpp>

#include <functional>
#include <string>

namespace firstlock {

/// How a table gets a cell from a line of results (text_table.hpp). What it shows is named by JSON
/// pointer: "/load/clients". A null, or a key that results from before it do not have, is "-".
using LineCell = std::function<std::string(const nlohmann::ordered_json&)>;

LineCell text_at(const std::string& pointer);
/// With so many digits after the point.
LineCell number_at(const std::string& pointer, int digits = 0);
/// A share as "12.5 %".
LineCell percent_at(const std::string& pointer);

std::string percent(double share);

} // namespace firstlock

#pragma once

#include "helpers/described/json.hpp"

#include <functional>
#include <string>

namespace firstlock {

/// What stands in a line of results at a JSON pointer such as "/load/clients". Throws JsonError
/// that names the key: it is missing, or holds what is not a `Value`.
template <typename Value>
Value value_at(const nlohmann::ordered_json& line, const std::string& pointer)
{
    const std::string key = pointer.substr(1);
    const nlohmann::ordered_json::json_pointer place(pointer);
    if (!line.contains(place)) {
        throw JsonError("the key '" + printable(key) + "' is missing");
    }
    Value value{};
    read_found(line.at(place), key, value);
    return value;
}

/// How a table gets a cell from a line of results (text_table.hpp). A number that is null, or that
/// results from before it do not have, is "-". Throws as value_at() does.
using LineCell = std::function<std::string(const nlohmann::ordered_json&)>;

LineCell text_at(const std::string& pointer);
/// With so many digits after the point.
LineCell number_at(const std::string& pointer, int digits = 0);
/// A share as "12.5 %".
LineCell percent_at(const std::string& pointer);

std::string percent(double share);

} // namespace firstlock

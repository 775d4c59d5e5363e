#pragma once

#include "helpers/described/json.hpp"

#include <set>
#include <string>
#include <string_view>

// A private child takes one task, a described struct as JSON, as its single argument: written by
// its parent, and refused as a whole where the two have drifted apart.
namespace firstlock {

/// Throws JsonError that names a key which `Struct` or a described member of it does not have.
template <DescribedStruct Struct, typename Json>
void refuse_unknown_keys(const Json& object)
{
    std::set<std::string> keys;
    std::string known;
    for_each_member<Struct>([&](const std::string& key, auto member) {
        using Value = std::decay_t<decltype(std::declval<Struct>().*member)>;
        keys.insert(key);
        known += (known.empty() ? "" : ", ") + key;
        if constexpr (DescribedStruct<Value>) {
            if (object.contains(key) && object[key].is_object()) {
                refuse_unknown_keys<Value>(object[key]);
            }
        }
    });
    for (const auto& item : object.items()) {
        if (!keys.contains(item.key())) {
            throw JsonError("there is no key '" + printable(item.key()) + "'; accepted: " + known);
        }
    }
}

/// Throws JsonError: a task has each of its keys and no others.
template <DescribedStruct Task>
Task task_from(std::string_view text)
{
    nlohmann::json json;
    try {
        json = parsed_json<nlohmann::json>(text);
    } catch (const JsonError&) { // refused below, with what is accepted
    }
    if (!json.is_object()) {
        throw JsonError("found '" + printable(text.substr(0, 200)) +
                        "'; accepted: one JSON object");
    }
    refuse_unknown_keys<Task>(json);
    return json.get<Task>();
}

template <DescribedStruct Task>
Task task_from(int argc, char** argv)
{
    return task_from<Task>(argc == 2 ? argv[1] : "");
}

/// For what a type alone does not refuse. Throws JsonError: "the key 'threads' holds 0; accepted:
/// 1 to 1000".
template <typename Value>
void check_value(bool is_accepted, std::string_view key, const Value& value,
                 std::string_view accepted)
{
    if (!is_accepted) {
        throw JsonError("the key '" + std::string(key) + "' holds " + shown(nlohmann::json(value)) +
                        "; accepted: " + std::string(accepted));
    }
}

} // namespace firstlock

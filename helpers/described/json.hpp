#pragma once

#include "helpers/described/names.hpp"
#include "helpers/described/printable.hpp"

#include <boost/describe/class.hpp>
#include <boost/describe/members.hpp>

#include <nlohmann/json.hpp>

#include <chrono>
#include <cmath>
#include <concepts>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

// JSON of what is described once, by BOOST_DESCRIBE_STRUCT beside the struct: a key is the name of
// its member (less a trailing underscore: `case_` is "case"), members of described bases stand
// beside its own. Included by the sources that read or write, never by a header of a record: the
// JSON library takes seconds to compile.
namespace firstlock {

/// What a file or a child gave does not fit what is described. `what()` names the key, what it
/// holds and what is wrong with it.
class JsonError : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

template <typename Struct>
concept DescribedStruct =
    std::is_class_v<Struct> && boost::describe::has_describe_members<Struct>::value;

template <DescribedStruct Struct, typename Take>
void for_each_member(Take&& take)
{
    using Members = boost::describe::describe_members<Struct, boost::describe::mod_public |
                                                                  boost::describe::mod_inherited>;
    boost::mp11::mp_for_each<Members>([&](auto described) {
        std::string key = described.name;
        if (key.ends_with('_')) {
            key.pop_back();
        }
        take(key, described.pointer);
    });
}

template <typename Value>
struct is_optional : std::false_type {
};
template <typename Value>
struct is_optional<std::optional<Value>> : std::true_type {
};

template <typename Value>
struct is_list : std::false_type {
};
template <typename Value>
struct is_list<std::vector<Value>> : std::true_type {
};

template <typename Value>
struct is_map : std::false_type {
};
template <typename Value, typename Order>
struct is_map<std::map<std::string, Value, Order>> : std::true_type {
};

/// One line of JSON: a record, the argument for a child, what it answers.
template <typename Value>
std::string json_text(const Value& value)
{
    // What a BLOB holds or came over the network need not be UTF-8.
    return nlohmann::ordered_json(value).dump(-1, ' ', false,
                                              nlohmann::json::error_handler_t::replace);
}

/// What a message quotes of it.
template <typename Json>
std::string shown(const Json& value)
{
    constexpr std::size_t bytes_max = 200;
    return printable(json_text(value).substr(0, bytes_max));
}

/// What a message offers instead of a value of another type.
template <typename Value>
std::string type_accepted()
{
    if constexpr (std::is_same_v<Value, bool>) {
        return "true or false";
    } else if constexpr (std::is_arithmetic_v<Value>) {
        return "a number";
    } else if constexpr (is_list<Value>::value) {
        return "an array";
    } else if constexpr (std::is_convertible_v<std::string, Value>) {
        return "a text";
    } else {
        return "an object";
    }
}

/// What is parsed. Throws JsonError for what is not JSON, or is nested deeper than anything that is
/// recorded: whoever copies or prints it does so by recursion.
template <typename Json>
Json parsed_json(std::string_view text)
{
    constexpr int depth_max = 32;
    const auto refuse_depth = [](int depth, auto /*event*/, auto& /*value*/) {
        if (depth > depth_max) {
            throw JsonError("found brackets that are nested deeper than " +
                            std::to_string(depth_max) + "; accepted: up to that");
        }
        return true;
    };
    constexpr std::size_t bytes_max = 300;
    try {
        return Json::parse(text, refuse_depth);
    } catch (const typename Json::exception& error) {
        throw JsonError("not JSON: " +
                        printable(std::string_view(error.what()).substr(0, bytes_max)));
    }
}

/// Whether a whole number of JSON is one of `Integer`.
template <typename Integer, typename Json>
bool holds(const Json& number)
{
    return number.is_number_unsigned()
               ? std::in_range<Integer>(number.template get<std::uint64_t>())
               : std::in_range<Integer>(number.template get<std::int64_t>());
}

/// `json`, which was found at `key`, into `value`. Throws JsonError.
template <typename Json, typename Value>
void read_found(const Json& json, const std::string& key, Value& value)
{
    const std::string found = "the key '" + printable(key) + "' ";
    if constexpr (std::is_integral_v<Value> && !std::is_same_v<Value, bool>) {
        if (!json.is_number_integer() || !holds<Value>(json)) { // which get_to() would bend
            throw JsonError(found + "holds " + shown(json) + "; accepted: whole numbers from " +
                            std::to_string(std::numeric_limits<Value>::min()) + " to " +
                            std::to_string(std::numeric_limits<Value>::max()));
        }
    }
    try {
        if constexpr (is_list<Value>::value) {
            value.clear();
            for (const Json& each : json.template get_ref<const typename Json::array_t&>()) {
                read_found(each, std::to_string(value.size()), value.emplace_back());
            }
        } else if constexpr (is_map<Value>::value) {
            value.clear();
            for (const auto& [name, each] :
                 json.template get_ref<const typename Json::object_t&>()) {
                read_found(each, name, value[name]);
            }
        } else {
            json.get_to(value);
        }
    } catch (const JsonError& error) {
        throw JsonError("in '" + printable(key) + "': " + error.what());
    } catch (const typename Json::exception&) {
        throw JsonError(found + "has the value " + shown(json) +
                        ", which is of the wrong type; accepted: " + type_accepted<Value>());
    } catch (const std::invalid_argument& error) { // a name that an enumeration does not have
        throw JsonError(found.substr(0, found.size() - 1) + ": " + printable(error.what()));
    }
}

/// Throws JsonError: an absent key is an error, except for an optional member.
template <typename Json, typename Value>
void read_member(const Json& object, const std::string& key, Value& value)
{
    if (!object.is_object()) {
        throw JsonError("found " + shown(object) + "; accepted: an object with keys");
    }
    const auto found = object.find(key);
    if constexpr (is_optional<Value>::value) {
        value.reset();
        if (found != object.end() && !found->is_null()) {
            read_found(*found, key, value.emplace());
        }
    } else {
        if (found == object.end()) {
            throw JsonError("the key '" + printable(key) + "' is missing");
        }
        read_found(*found, key, value);
    }
}

/// Three digits after the point: a microsecond of a millisecond figure, which is finer than what is
/// measured. Six below 1, for shares and probabilities.
inline double rounded(double value)
{
    const double scale = std::abs(value) < 1 ? 1e6 : 1e3;
    return std::round(value * scale) / scale;
}

} // namespace firstlock

namespace nlohmann {

template <firstlock::DescribedEnum Enum>
struct adl_serializer<Enum, void> {
    template <typename Json>
    static void to_json(Json& json, Enum value)
    {
        json = firstlock::name_of(value);
    }
    template <typename Json>
    static void from_json(const Json& json, Enum& value)
    {
        value = firstlock::named<Enum>(
            json.is_string() ? json.template get<std::string>() : json.dump(), "value of it");
    }
};

template <typename Value>
struct adl_serializer<std::optional<Value>, void> {
    template <typename Json>
    static void to_json(Json& json, const std::optional<Value>& value)
    {
        if constexpr (std::is_same_v<Value, double>) {
            json = value ? Json(firstlock::rounded(*value)) : Json(nullptr);
        } else {
            json = value ? Json(*value) : Json(nullptr);
        }
    }
    template <typename Json>
    static void from_json(const Json& json, std::optional<Value>& value)
    {
        value = json.is_null() ? std::nullopt : std::optional(json.template get<Value>());
    }
};

/// The whole milliseconds, or whatever its unit is.
template <std::signed_integral Count, typename Unit>
struct adl_serializer<std::chrono::duration<Count, Unit>, void> {
    template <typename Json>
    static void to_json(Json& json, std::chrono::duration<Count, Unit> value)
    {
        json = value.count();
    }
    template <typename Json>
    static void from_json(const Json& json, std::chrono::duration<Count, Unit>& value)
    {
        if (!json.is_number_integer()) {
            throw firstlock::JsonError("found " + firstlock::shown(json) +
                                       "; accepted: a whole number");
        }
        value = std::chrono::duration<Count, Unit>(json.template get<Count>());
    }
};

template <firstlock::DescribedStruct Struct>
struct adl_serializer<Struct, void> {
    template <typename Json>
    static void to_json(Json& json, const Struct& value)
    {
        json = Json::object();
        firstlock::for_each_member<Struct>([&](const std::string& key, auto member) {
            if constexpr (std::is_same_v<std::decay_t<decltype(value.*member)>, double>) {
                json[key] = firstlock::rounded(value.*member);
            } else {
                json[key] = value.*member;
            }
        });
    }
    template <typename Json>
    static void from_json(const Json& json, Struct& value)
    {
        firstlock::for_each_member<Struct>([&](const std::string& key, auto member) {
            firstlock::read_member(json, key, value.*member);
        });
    }
};

} // namespace nlohmann

#pragma once

#include <boost/describe/enum.hpp>
#include <boost/describe/enumerators.hpp>
#include <boost/mp11/algorithm.hpp>

#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>

// The names of an enumeration's values are those in its BOOST_DESCRIBE_ENUM, which stands beside
// it: what is printed, recorded, parsed and listed in messages comes from there. A trailing
// underscore is not part of a name: some words are C++'s own.
namespace firstlock {

template <typename Enum>
concept DescribedEnum =
    std::is_enum_v<Enum> && boost::describe::has_describe_enumerators<Enum>::value;

/// Calls `take(name, value)` for each value, in the order of the description.
template <DescribedEnum Enum, typename Take>
constexpr void for_each_value(Take&& take)
{
    boost::mp11::mp_for_each<boost::describe::describe_enumerators<Enum>>([&](auto described) {
        std::string_view name = described.name;
        name.remove_suffix(name.ends_with('_') ? 1 : 0);
        take(name, described.value);
    });
}

template <DescribedEnum Enum>
constexpr std::string_view name_of(Enum value)
{
    std::string_view found = "?"; // a value that the description does not have
    for_each_value<Enum>(
        [&](std::string_view name, Enum each) { found = each == value ? name : found; });
    return found;
}

/// "sqlite, constant, jittered", for messages.
template <DescribedEnum Enum>
std::string names_of()
{
    std::string list;
    for_each_value<Enum>([&](std::string_view name, Enum /*value*/) {
        list.append(list.empty() ? "" : ", ").append(name);
    });
    return list;
}

template <DescribedEnum Enum>
constexpr std::optional<Enum> find_named(std::string_view text)
{
    std::optional<Enum> found;
    for_each_value<Enum>([&](std::string_view name, Enum each) {
        if (name == text) {
            found = each;
        }
    });
    return found;
}

/// Throws std::invalid_argument: "'x' is not a WHAT; accepted: …".
template <DescribedEnum Enum>
Enum named(std::string_view text, std::string_view what)
{
    if (const auto found = find_named<Enum>(text)) {
        return *found;
    }
    throw std::invalid_argument("'" + std::string(text) + "' is not a " + std::string(what) +
                                "; accepted: " + names_of<Enum>());
}

} // namespace firstlock

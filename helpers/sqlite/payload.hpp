#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace firstlock {

/// What the column `payload` of a row holds: the row's own `text` over and over, cut to `bytes`. So
/// it tells whether it is whole, and whose it is.
std::string payload_of(std::string_view text, std::size_t bytes);

/// SQL: whether a row's payload, of whatever length, is not its own.
constexpr const char* payload_is_foreign =
    "replace(payload, msg, '') <> substr(msg, 1, length(payload) % length(msg))";

} // namespace firstlock

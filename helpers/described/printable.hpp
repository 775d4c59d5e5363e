#pragma once

#include <cstddef>
#include <string>
#include <string_view>

// What a file or a child gave may be anybody's: it must not steer the terminal that it is shown on.
namespace firstlock {

/// The bytes of the UTF-8 character that `text` begins with; 0 where they are none (RFC 3629).
constexpr std::size_t utf8_length(std::string_view text)
{
    const auto byte = [&](std::size_t at) {
        return at < text.size() ? static_cast<unsigned char>(text[at]) : 0U;
    };
    const unsigned lead = byte(0);
    const std::size_t length = lead < 0x80                   ? 1
                               : lead >= 0xc2 && lead < 0xe0 ? 2
                               : lead >= 0xe0 && lead < 0xf0 ? 3
                               : lead >= 0xf0 && lead < 0xf5 ? 4
                                                             : 0;
    // Longer than need be, a surrogate, beyond the last character.
    bool is_one = (lead != 0xe0 || byte(1) >= 0xa0) && (lead != 0xed || byte(1) < 0xa0) &&
                  (lead != 0xf0 || byte(1) >= 0x90) && (lead != 0xf4 || byte(1) < 0x90);
    for (std::size_t at = 1; at < length; ++at) {
        is_one = is_one && byte(at) >= 0x80 && byte(at) < 0xc0;
    }
    return is_one ? length : 0;
}

/// `text` with its control characters (C0, DEL, C1) and bytes that are not UTF-8 as "\x1b".
inline std::string printable(std::string_view text)
{
    constexpr std::string_view digits = "0123456789abcdef";
    std::string shown;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t length = utf8_length(text.substr(at));
        const auto first = static_cast<unsigned char>(text[at]);
        const bool is_control =
            first < 0x20 || first == 0x7f ||
            (first == 0xc2 && length == 2 && static_cast<unsigned char>(text[at + 1]) < 0xa0);
        if (length > 0 && !is_control) {
            shown += text.substr(at, length);
            at += length;
            continue;
        }
        for (const std::size_t end = at + (is_control ? length : 1); at < end; ++at) {
            const auto byte = static_cast<unsigned char>(text[at]);
            shown.append("\\x").append({digits[byte / 16U], digits[byte % 16U]});
        }
    }
    return shown;
}

} // namespace firstlock

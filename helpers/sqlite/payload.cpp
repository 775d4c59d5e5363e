#include "helpers/sqlite/payload.hpp"

namespace firstlock {

std::string payload_of(std::string_view text, std::size_t bytes)
{
    std::string payload;
    payload.reserve(bytes + text.size());
    while (payload.size() < bytes) {
        payload += text;
    }
    payload.resize(bytes);
    return payload;
}

} // namespace firstlock

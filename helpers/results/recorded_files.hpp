#pragma once

#include <nlohmann/json_fwd.hpp>

#include <exception>
#include <filesystem>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

// The one way in for files of JSON, which may be anybody's: of another version, of another machine,
// edited, cut, or not ours at all.
namespace firstlock {

/// What `read` returns; what it throws becomes an `Error` that begins with the place.
template <typename Error = std::runtime_error, typename Read>
auto at_place(const std::string& place, Read&& read)
try {
    return read();
} catch (const std::exception& error) {
    throw Error(place + ": " + error.what());
}

/// Throws JsonError: cannot be read, is not JSON.
nlohmann::ordered_json read_json(const std::filesystem::path& file);

/// All lines of a file of results; none where there is no such file. A last line without a line
/// feed is what a killed process left behind, and is passed over. `check` throws for a line that it
/// cannot make sense of. Throws std::runtime_error with file, line number and reason: also for a
/// line that is not an object, or of a newer schema.
std::vector<nlohmann::ordered_json>
read_lines(const std::filesystem::path& file,
           const std::function<void(const nlohmann::ordered_json&)>& check = {});

} // namespace firstlock

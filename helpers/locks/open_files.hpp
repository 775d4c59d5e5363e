#pragma once

#include "helpers/locks/observer.hpp"

#include <cstddef>
#include <filesystem>
#include <vector>

namespace firstlock {

/// Who has a file open, by /proc/PID/fd.
struct Openers {
    std::vector<SeenProcess> processes; ///< this one left out
    std::size_t closed_to_us = 0;       ///< processes whose files only their owner or root may list
};
Openers openers_of(const std::filesystem::path& file);

/// "WAL" or "rollback journal", by what the head of the file says
/// (https://sqlite.org/fileformat.html);
/// "" where it is not a SQLite database yet.
std::string journal_of(const std::filesystem::path& database);

} // namespace firstlock

#pragma once

#include "helpers/sqlite/build_info.hpp"

#include <filesystem>
#include <string>

namespace firstlock {

/// Where a trial ran: what has to be known before two figures may be compared.
struct Environment {
    SqliteBuild sqlite;
    std::string file_system; ///< type of the directory under test, as the kernel names it: ext4,
                             ///< tmpfs, nfs4 …
    unsigned cpu_count = 0;  ///< those this process may run on
    std::string kernel;      ///< sysname and release
    std::string host;
};

/// Looks at this machine, this process and `directory`, which must exist.
Environment environment_of(const std::filesystem::path& directory);

/// The type of the file system that holds `directory`; "unknown" where the system does not say.
std::string file_system_of(const std::filesystem::path& directory);

} // namespace firstlock

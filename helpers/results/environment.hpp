#pragma once

#include <boost/describe/class.hpp>

#include <filesystem>
#include <string>
#include <vector>

namespace firstlock {

/// Where a trial ran: what has to be known before two figures may be compared.
struct Environment {
    /// The SQLite of this process (helpers/sqlite/build_info.hpp).
    std::string sqlite_version, sqlite_source_id;
    std::vector<std::string> sqlite_options;
    std::string sqlite_defines;
    /// The type of the directory under test, as the kernel names it: ext4, tmpfs, nfs4 …
    std::string file_system;
    unsigned cpu_count = 0; ///< those this process may run on
    std::string kernel;     ///< sysname and release
    std::string host;
};
BOOST_DESCRIBE_STRUCT(Environment, (),
                      (sqlite_version, sqlite_source_id, sqlite_options, sqlite_defines,
                       file_system, cpu_count, kernel, host))

/// Looks at this machine, this process and `directory`, which must exist.
Environment environment_of(const std::filesystem::path& directory);

/// The type of the file system that holds `directory`; "unknown" where the system does not say.
std::string file_system_of(const std::filesystem::path& directory);

} // namespace firstlock

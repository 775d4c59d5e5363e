#pragma once

#include <string>
#include <vector>

namespace firstlock {

/// The SQLite that this process runs on: what `sqlite3_libversion`, `sqlite3_sourceid` and
/// `sqlite3_compileoption_get` say (https://sqlite.org/c3ref/libversion.html), asked at run time
/// since a shared library may differ from the header.
struct SqliteBuild {
    std::string version;
    std::string source_id;
    /// Only the options that change what firstlock measures: THREADSAFE, DEFAULT_SYNCHRONOUS,
    /// DEFAULT_WAL_SYNCHRONOUS, ENABLE_SETLK_TIMEOUT, OMIT_SHARED_CACHE, DEFAULT_LOCKING_MODE,
    /// DEFAULT_WAL_AUTOCHECKPOINT, DEFAULT_MMAP_SIZE and ENABLE_LOCKING_STYLE.
    std::vector<std::string> options;
    /// FIRSTLOCK_SQLITE_DEFINES, with which an amalgamation was compiled; empty for a system
    /// library, which does not tell. HAVE_USLEEP is of those that sqlite3_compileoption_get never
    /// names.
    std::string defines;
};

SqliteBuild sqlite_build();

/// How long sqlite3_sleep(50), on which the busy timeout stands, really takes, in milliseconds. A
/// build without HAVE_USLEEP rounds to whole seconds: timeouts below one second then wait not at
/// all or far too long.
double fifty_ms_sleep_takes_ms();

} // namespace firstlock

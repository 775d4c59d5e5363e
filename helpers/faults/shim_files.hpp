#pragma once

#include <sqlite3.h>

#include <string>

namespace firstlock {

struct ShimFile;

/// What the shim asks before it passes a call on, and tells after it. `call` is the name of an
/// injectable class.
class ShimPolicy {
  public:
    virtual ~ShimPolicy() = default;
    /// 0, or the code that is given back instead of doing it.
    virtual int before(const char* call) = 0;
    /// True when the write is to be dropped in silence.
    virtual bool drops(ShimFile& file, const void* data, int bytes, sqlite3_int64 offset) = 0;
    virtual bool drops_sync() = 0;
    virtual bool drops_locks() = 0;
    virtual void opened(ShimFile& file, bool is_new) = 0;
    virtual void written(ShimFile& file, const void* data, int bytes, sqlite3_int64 offset) = 0;
    virtual void truncated(ShimFile& file, sqlite3_int64 size) = 0;
    virtual void sync_begins(ShimFile& file) = 0;
    virtual void sync_ended(ShimFile& file, bool with_directory) = 0;
    virtual void removed(const char* name, bool with_directory) = 0;
};

/// A file of the shim: SQLite allocates it, the real file lies behind it in the same block. No
/// constructor runs.
struct ShimFile {
    sqlite3_file base;
    const char* name; ///< SQLite's, until the file is closed; null for temporary files, which are
                      ///< left alone
    int kind;         ///< SQLITE_OPEN_MAIN_DB, _MAIN_JOURNAL, _SUPER_JOURNAL, _WAL
    bool syncs_directory; ///< the first sync of a journal syncs its directory too (os_unix.c,
                          ///< UNIXFILE_DIRSYNC)
    bool drops_next_page; ///< of the frame whose header was dropped
    bool has_written;     ///< since the lock was taken
    sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};

/// Registers the VFS that asks `policy`, as the default. Once per process.
void register_shim(ShimPolicy& policy);

} // namespace firstlock

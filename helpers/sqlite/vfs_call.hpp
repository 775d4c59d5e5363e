#pragma once

#include <cstdint>

namespace firstlock {

/// One thing that SQLite asked of its VFS, and how it went: what others on the same files can
/// notice, and sleeps (https://sqlite.org/c3ref/io_methods.html). Times are CLOCK_MONOTONIC. It is
/// stored as it is in memory that processes share.
struct VfsCall {
    enum class Kind : std::uint8_t {
        none,
        open,
        close, ///< of the database file gives up all its locks
        write,
        truncate,
        sync,
        remove,
        remove_and_sync, ///< the directory too
        lock,            ///< `detail` is the level, SQLITE_LOCK_SHARED and so on
        unlock,          ///< likewise, the level that is left
        shm_lock_shared, ///< `detail` is the first slot
        shm_lock_exclusive,
        shm_unlock_shared,
        shm_unlock_exclusive,
        sleep, ///< `detail` is microseconds
    };
    enum class File : std::uint8_t { database, journal, wal };

    Kind kind = Kind::none;
    File file = File::database;
    bool was_refused = false;
    std::uint8_t slots = 0; ///< of a WAL's lock: how many, from `detail` on
    std::int32_t detail = 0;
    std::int64_t begin_ns = 0;
    std::int64_t end_ns = 0; ///< 0: it has not ended yet
};

/// Of a WAL's lock, by the slot of its first byte (https://sqlite.org/walformat.html).
enum ShmSlot : std::int32_t { shm_write = 0, shm_checkpoint = 1, shm_recover = 2, shm_read = 3 };

/// Who is told of the calls of this process. All functions must be given.
struct CallListener {
    /// Before a sleep, which may be long; `end_ns` is not there yet.
    void (*sleeps)(const VfsCall& call);
    /// After any call, sleeps included.
    void (*done)(const VfsCall& call);
};

/// Lays a VFS before the default one that tells `listener` of each call, for connections that are
/// opened later; it keeps the account of sleeps as record_sleeps() does. Once per process, before
/// the first connection. Throws std::runtime_error where SQLite takes no new VFS.
void listen_to_calls(const CallListener& listener);

} // namespace firstlock

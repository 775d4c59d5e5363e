#pragma once

#include <filesystem>

namespace firstlock {

/// From now on appends to `file`, which may be a FIFO, one line for each statement that SQLite runs
/// in this process, and for each thing that it asks of its VFS which others can notice:
///
///   > SQL, and < at its end (https://sqlite.org/c3ref/trace_v2.html)
///   open FILE, sync FILE, truncate FILE, delete FILE, delete FILE and sync directory;
///     FILE is database, journal or wal
///   lock LEVEL, unlock LEVEL; LEVEL is none, shared, reserved, pending or exclusive
///   shm lock SLOT shared, shm unlock SLOT exclusive and so on; SLOT is write, checkpoint, recover
///     or read, the locks of a WAL (https://sqlite.org/walformat.html#locking_primitives)
///   sleep MICROSECONDS
///
/// What was refused ends in " refused". Each line is one write. Once per process, before the first
/// connection. Throws std::system_error where the file cannot be opened; a record that cannot be
/// written later ends the process, since one with holes proves nothing.
void record_calls(const std::filesystem::path& file);

} // namespace firstlock

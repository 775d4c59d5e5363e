#pragma once

#include <cstdint>
#include <optional>

namespace firstlock {

/// The clock of SQLite's own busy handler: the nominal sleeps that one statement has asked for, of
/// the statement that asked for most since start_handler_clock(), in milliseconds. A statement is
/// told by the handler's first delay, 1 ms, since the handler counts anew at each sqlite3_step()
/// and sqlite3_prepare() (sqliteDefaultBusyCallback in main.c; db->busyHandler.nBusy). WAL's
/// retries of a read, which are outside any timeout, are no whole milliseconds (walTryBeginRead in
/// wal.c) and do not count. Needs record_sleeps(), and one connection per process. Nothing in a
/// build whose locks wait in the kernel (SQLITE_ENABLE_SETLK_TIMEOUT).
std::optional<std::int64_t> handler_clock_ms();
void start_handler_clock();

/// What SQLite asked its VFS to wait so far in this process: every sleep of a busy handler goes
/// through xSleep (https://sqlite.org/c3ref/vfs.html). It is what a timeout says on any machine,
/// however long the sleeps take.
struct SleepsAsked {
    std::int64_t count = 0;
    std::int64_t total_us = 0;
    /// What was asked since `earlier` was taken.
    SleepsAsked since(const SleepsAsked& earlier) const
    {
        return {count - earlier.count, total_us - earlier.total_us};
    }
};

/// Registers, as the default, a VFS that is the former default but keeps an account of the sleeps
/// asked for. Connections that are opened later use it, and sqlite3_sleep() does from now on.
/// `on_sleep`, where given, is called before each sleep with its microseconds, and `on_end` after
/// it. The first call counts, later ones do nothing. Throws std::runtime_error where SQLite has no
/// VFS or takes no new one.
void record_sleeps(void (*on_sleep)(int) = nullptr, void (*on_end)() = nullptr);

SleepsAsked sleeps_asked();

} // namespace firstlock

#include "helpers/sqlite/vfs_call.hpp"

#include "helpers/sqlite/clock.hpp"
#include "helpers/sqlite/sleep_recorder.hpp"
#include "helpers/sqlite/vfs_layer.hpp"

#include <new>
#include <string_view>

namespace firstlock {
namespace {

using Kind = VfsCall::Kind;
using File = VfsCall::File;

// A VFS is C, and this one exists once.
const CallListener* told = nullptr;
sqlite3_vfs* system_vfs = nullptr;
VfsCall sleeping;

struct ListenedFile {
    sqlite3_file base;
    File file;
};

File file_of(std::string_view path)
{
    return path.ends_with("-journal") ? File::journal
           : path.ends_with("-wal")   ? File::wal
                                      : File::database;
}

/// Does it, and tells.
template <typename Act>
int listened(VfsCall call, const Act& act)
{
    call.begin_ns = monotonic_ns();
    const int code = act();
    call.was_refused = code != SQLITE_OK;
    call.end_ns = monotonic_ns();
    told->done(call);
    return code;
}

template <auto Method>
constexpr auto passed = passed_on<ListenedFile, Method>;

template <Kind kind, auto Method, typename... Arguments>
int listened_to(sqlite3_file* file, std::int32_t detail, Arguments... arguments)
{
    return listened({.kind = kind, .file = layered<ListenedFile>(file).file, .detail = detail},
                    [&] { return passed<Method>(file, arguments...); });
}

int close_file(sqlite3_file* file)
{
    return listened_to<Kind::close, &sqlite3_io_methods::xClose>(file, 0);
}

int write_file(sqlite3_file* file, const void* data, int bytes, sqlite3_int64 offset)
{
    return listened_to<Kind::write, &sqlite3_io_methods::xWrite>(file, 0, data, bytes, offset);
}

int truncate_file(sqlite3_file* file, sqlite3_int64 size)
{
    return listened_to<Kind::truncate, &sqlite3_io_methods::xTruncate>(file, 0, size);
}

int sync_file(sqlite3_file* file, int flags)
{
    return listened_to<Kind::sync, &sqlite3_io_methods::xSync>(file, 0, flags);
}

int lock_file(sqlite3_file* file, int level)
{
    return listened_to<Kind::lock, &sqlite3_io_methods::xLock>(file, level, level);
}

int unlock_file(sqlite3_file* file, int level)
{
    return listened_to<Kind::unlock, &sqlite3_io_methods::xUnlock>(file, level, level);
}

int shm_lock(sqlite3_file* file, int offset, int count, int flags)
{
    const bool is_shared = (flags & SQLITE_SHM_SHARED) != 0;
    const Kind kind = (flags & SQLITE_SHM_UNLOCK) != 0
                          ? (is_shared ? Kind::shm_unlock_shared : Kind::shm_unlock_exclusive)
                          : (is_shared ? Kind::shm_lock_shared : Kind::shm_lock_exclusive);
    return listened(
        {.kind = kind,
         .file = layered<ListenedFile>(file).file,
         .slots = static_cast<std::uint8_t>(count),
         .detail = offset},
        [&] { return passed<&sqlite3_io_methods::xShmLock>(file, offset, count, flags); });
}

/// Of a file whose own methods are of `version`: memory-mapped reads are passed on as they are.
sqlite3_io_methods methods_of(int version)
{
    sqlite3_io_methods own = passing_methods<ListenedFile>();
    own.xClose = close_file;
    own.xWrite = write_file;
    own.xTruncate = truncate_file;
    own.xSync = sync_file;
    own.xLock = lock_file;
    own.xUnlock = unlock_file;
    own.xShmLock = shm_lock;
    own.xFetch = passed<&sqlite3_io_methods::xFetch>;
    own.xUnfetch = passed<&sqlite3_io_methods::xUnfetch>;
    own.iVersion = version;
    return own;
}

const sqlite3_io_methods& methods_like(const sqlite3_io_methods& real)
{
    static const sqlite3_io_methods first = methods_of(1), second = methods_of(2),
                                    third = methods_of(3);
    return real.iVersion >= 3 ? third : real.iVersion == 2 ? second : first;
}

int open_file(sqlite3_vfs* /*self*/, const char* name, sqlite3_file* file, int flags,
              int* out_flags)
{
    constexpr int known = SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_WAL;
    if (name == nullptr || (flags & known) == 0) { // temporary: no one else's
        return system_vfs->xOpen(system_vfs, name, file, flags, out_flags);
    }
    auto* const own = new (file) ListenedFile{{}, file_of(name)};
    sqlite3_file* const real = real_of<ListenedFile>(file);
    const int code = listened({.kind = Kind::open, .file = own->file}, [&] {
        return system_vfs->xOpen(system_vfs, name, real, flags, out_flags);
    });
    // Without methods it is not closed.
    own->base.pMethods = code == SQLITE_OK ? &methods_like(*real->pMethods) : nullptr;
    return code;
}

int delete_file(sqlite3_vfs* /*self*/, const char* name, int with_directory)
{
    return listened(
        {.kind = with_directory != 0 ? Kind::remove_and_sync : Kind::remove, .file = file_of(name)},
        [&] { return system_vfs->xDelete(system_vfs, name, with_directory); });
}

} // namespace

void listen_to_calls(const CallListener& listener)
{
    told = &listener;
    record_sleeps(
        [](int microseconds) {
            sleeping = {.kind = Kind::sleep, .detail = microseconds, .begin_ns = monotonic_ns()};
            told->sleeps(sleeping);
        },
        [] {
            sleeping.end_ns = monotonic_ns();
            told->done(sleeping);
        });
    system_vfs = &default_vfs();
    static sqlite3_vfs own = *system_vfs;
    own.szOsFile = static_cast<int>(sizeof(ListenedFile)) + system_vfs->szOsFile;
    own.xOpen = open_file;
    own.xDelete = delete_file;
    make_default_vfs(own, "firstlock-calls");
}

} // namespace firstlock

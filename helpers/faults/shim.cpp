#include "helpers/faults/fault_acts.hpp"
#include "helpers/sqlite/vfs_layer.hpp"

#include <unistd.h>

#include <cstring>
#include <new>
#include <string_view>

namespace firstlock {
namespace {

using Kind = Operation::Kind;

// A VFS is C, and this one exists once.
const FaultTask* task = nullptr;
BoxHeader* header = nullptr;
const OperationLog* log_file = nullptr;
sqlite3_vfs* system_vfs = nullptr;

/// A file of the shim. Those that are temporary are left alone.
struct ShimFile {
    sqlite3_file base;
    const char* name; ///< SQLite's, until the file is closed
    int kind;         ///< SQLITE_OPEN_MAIN_DB, _MAIN_JOURNAL, _SUPER_JOURNAL, _WAL
    /// The first sync of a journal syncs its directory too (os_unix.c, UNIXFILE_DIRSYNC).
    bool syncs_directory;
    bool drops_next_page; ///< of the frame whose header was dropped
    bool has_written;     ///< since the lock was taken
};

/// The database file that was opened last; the bearer of a WAL's locks.
ShimFile* main_file = nullptr;

template <auto Method>
constexpr auto passed = passed_on<ShimFile, Method>;

/// 0, or the code that is given back instead of doing it.
int injected(Call call)
{
    const Injection& plan = task->injection;
    if (plan.call != call) {
        return 0;
    }
    const std::uint32_t number = ++header->calls;
    if (plan.nth == 0 || number < plan.nth || (number > plan.nth && !plan.stays)) {
        return 0;
    }
    ++header->injected;
    return plan.code;
}

/// The same with a failure of its own class.
template <Call call, auto Method>
constexpr auto failing = [](sqlite3_file* file, auto... arguments) {
    const int code = injected(call);
    return code != 0 ? code : passed<Method>(file, arguments...);
};

/// A call about locks, which one of the mutations leaves out.
template <auto Method>
constexpr auto locking = [](sqlite3_file* file, auto... arguments) {
    return task->mutation == Mutation::writes_outside_lock ? SQLITE_OK
                                                           : passed<Method>(file, arguments...);
};

void log_operation(Kind kind, std::string_view path, sqlite3_int64 offset = 0,
                   std::string_view data = {})
{
    log_file->add({.kind = kind, .offset = offset}, path.substr(path.rfind('/') + 1), data);
}

/// A frame is written as its header, whose second word is not zero in the last of a commit, and its
/// page.
bool is_of_commit_frame(ShimFile& file, std::string_view data, sqlite3_int64 offset)
{
    constexpr std::size_t frame_header_bytes = 24;
    constexpr int wal_header_bytes = 32;
    if (data.size() == frame_header_bytes && offset >= wal_header_bytes) {
        file.drops_next_page = data.substr(4, 4) != std::string_view("\0\0\0\0", 4);
    }
    return file.drops_next_page;
}

/// Before the first page goes out, the lock that protects it is given up.
void unlock_early(const ShimFile& file)
{
    if (main_file == nullptr || main_file->has_written) {
        return;
    }
    sqlite3_file* const real = real_of<ShimFile>(&main_file->base);
    if (file.kind == SQLITE_OPEN_MAIN_DB) {
        main_file->has_written = true;
        real->pMethods->xUnlock(real, SQLITE_LOCK_NONE);
    } else if (file.kind == SQLITE_OPEN_WAL) {
        main_file->has_written = true;
        real->pMethods->xShmLock(real, 0, 1, SQLITE_SHM_UNLOCK | SQLITE_SHM_EXCLUSIVE);
    }
}

/// Whether a write is to be dropped in silence.
bool drops(ShimFile& file, std::string_view data, sqlite3_int64 offset)
{
    if (task->mutation == Mutation::unlocks_early) {
        unlock_early(file);
    }
    return (task->mutation == Mutation::forgets_journal && file.kind == SQLITE_OPEN_MAIN_JOURNAL) ||
           (task->mutation == Mutation::drops_last_frame && file.kind == SQLITE_OPEN_WAL &&
            is_of_commit_frame(file, data, offset));
}

int write_file(sqlite3_file* file, const void* data, int bytes, sqlite3_int64 offset)
{
    ShimFile& own = layered<ShimFile>(file);
    const int code = injected(Call::write);
    const bool cut_short = (code & 0xff) == SQLITE_FULL;
    std::string_view written(static_cast<const char*>(data), static_cast<std::size_t>(bytes));
    if ((code != 0 && !cut_short) || drops(own, written, offset)) {
        return code;
    }
    written = written.substr(0, cut_short ? written.size() / 2 : written.size());
    const int result = passed<&sqlite3_io_methods::xWrite>(
        file, written.data(), static_cast<int>(written.size()), offset);
    if (result == SQLITE_OK) {
        log_operation(Kind::write, own.name, offset, written);
    }
    return code != 0 ? code : result; // a full disk has taken what it could
}

int truncate_file(sqlite3_file* file, sqlite3_int64 size)
{
    const int code = failing<Call::truncate, &sqlite3_io_methods::xTruncate>(file, size);
    if (code == SQLITE_OK) {
        log_operation(Kind::truncate, layered<ShimFile>(file).name, size);
    }
    return code;
}

int sync_file(sqlite3_file* file, int flags)
{
    ShimFile& own = layered<ShimFile>(file);
    if (const int code = injected(Call::sync)) {
        return code;
    }
    if (task->mutation == Mutation::forgets_sync) {
        return SQLITE_OK;
    }
    log_operation(Kind::sync_begin, own.name);
    const int result = passed<&sqlite3_io_methods::xSync>(file, flags);
    if (result == SQLITE_OK) {
        log_operation(Kind::sync_end, own.name);
        if (own.syncs_directory) {
            log_operation(Kind::directory_sync, own.name);
        }
        own.syncs_directory = false;
    }
    return result;
}

int lock_file(sqlite3_file* file, int level)
{
    if (const int code = injected(Call::lock)) {
        return code;
    }
    layered<ShimFile>(file).has_written = false;
    return locking<&sqlite3_io_methods::xLock>(file, level);
}

int check_reserved(sqlite3_file* file, int* is_reserved)
{
    *is_reserved = 0;
    return locking<&sqlite3_io_methods::xCheckReservedLock>(file, is_reserved);
}

int shm_lock(sqlite3_file* file, int offset, int count, int flags)
{
    const bool is_unlock = (flags & SQLITE_SHM_UNLOCK) != 0;
    if (const int code = is_unlock ? 0 : injected(Call::shm_lock)) {
        return code;
    }
    layered<ShimFile>(file).has_written = false;
    return locking<&sqlite3_io_methods::xShmLock>(file, offset, count, flags);
}

const sqlite3_io_methods methods = [] {
    sqlite3_io_methods own = passing_methods<ShimFile>();
    own.xRead = failing<Call::read, &sqlite3_io_methods::xRead>;
    own.xWrite = write_file;
    own.xTruncate = truncate_file;
    own.xSync = sync_file;
    own.xLock = lock_file;
    own.xUnlock = locking<&sqlite3_io_methods::xUnlock>;
    own.xCheckReservedLock = check_reserved;
    own.xShmMap = failing<Call::shm_map, &sqlite3_io_methods::xShmMap>;
    own.xShmLock = shm_lock;
    return own;
}();

int open_file(sqlite3_vfs* /*self*/, const char* name, sqlite3_file* file, int flags,
              int* out_flags)
{
    constexpr int journals = SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_SUPER_JOURNAL | SQLITE_OPEN_WAL;
    constexpr int known = journals | SQLITE_OPEN_MAIN_DB;
    if (name == nullptr || (flags & known) == 0) { // temporary: nobody's loss
        return system_vfs->xOpen(system_vfs, name, file, flags, out_flags);
    }
    auto* const own = new (file) ShimFile{}; // without methods SQLite does not close it
    if (const int code = injected(Call::open)) {
        return code;
    }
    // Logged before the file is there, or another writer might be first to find and to fill it.
    const bool is_new = (flags & SQLITE_OPEN_CREATE) != 0 && ::access(name, F_OK) != 0;
    if (is_new) {
        log_operation(Kind::create, name);
    }
    const int result =
        system_vfs->xOpen(system_vfs, name, real_of<ShimFile>(file), flags, out_flags);
    if (result != SQLITE_OK) {
        if (is_new && ::access(name, F_OK) != 0) {
            log_operation(Kind::remove, name);
        }
        return result;
    }
    own->name = name;
    own->kind = flags & known;
    own->syncs_directory = (flags & SQLITE_OPEN_CREATE) != 0 && (flags & journals) != 0;
    own->base.pMethods = &methods;
    main_file = own->kind == SQLITE_OPEN_MAIN_DB ? own : main_file;
    return SQLITE_OK;
}

int delete_file(sqlite3_vfs* /*self*/, const char* name, int with_directory)
{
    const int injection = injected(Call::delete_);
    const int code =
        injection != 0 ? injection : system_vfs->xDelete(system_vfs, name, with_directory);
    if (code == SQLITE_OK) {
        log_operation(Kind::remove, name);
        if (with_directory != 0) {
            log_operation(Kind::directory_sync, name);
        }
    }
    return code;
}

} // namespace

void install_shim(const FaultTask& asked, BoxHeader& told, const OperationLog& log)
{
    if (asked.log.empty() && asked.injection.call == Call::none &&
        asked.mutation < Mutation::drops_last_frame) {
        return;
    }
    task = &asked;
    header = &told;
    log_file = &log;
    system_vfs = &default_vfs();
    static sqlite3_vfs own = *system_vfs; // all that is not about files stays the system's
    own.szOsFile = static_cast<int>(sizeof(ShimFile)) + system_vfs->szOsFile;
    own.xOpen = open_file;
    own.xDelete = delete_file;
    make_default_vfs(own, "firstlock");
}

} // namespace firstlock

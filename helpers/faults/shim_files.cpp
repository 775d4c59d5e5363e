#include "helpers/faults/shim_files.hpp"

#include <unistd.h>

#include <cstring>
#include <new>

namespace firstlock {
namespace {

ShimPolicy* policy = nullptr; // a VFS is C, and this one exists once
sqlite3_vfs* system_vfs = nullptr;

ShimFile& shim_of(sqlite3_file* file)
{
    return *reinterpret_cast<ShimFile*>(file);
}

sqlite3_file* real_of(sqlite3_file* file)
{
    return shim_of(file).real();
}

int close_file(sqlite3_file* file)
{
    return real_of(file)->pMethods->xClose(real_of(file));
}

int read_file(sqlite3_file* file, void* data, int bytes, sqlite3_int64 offset)
{
    const int code = policy->before("read");
    return code != 0 ? code : real_of(file)->pMethods->xRead(real_of(file), data, bytes, offset);
}

int write_file(sqlite3_file* file, const void* data, int bytes, sqlite3_int64 offset)
{
    ShimFile& own = shim_of(file);
    const int code = policy->before("write");
    const bool cut_short = (code & 0xff) == SQLITE_FULL;
    if ((code != 0 && !cut_short) || policy->drops(own, data, bytes, offset)) {
        return code;
    }
    const int length = cut_short ? bytes / 2 : bytes; // a full disk takes what it can
    const int result = real_of(file)->pMethods->xWrite(real_of(file), data, length, offset);
    if (result == SQLITE_OK) {
        policy->written(own, data, length, offset);
    }
    return code != 0 ? code : result;
}

int truncate_file(sqlite3_file* file, sqlite3_int64 size)
{
    if (const int code = policy->before("truncate")) {
        return code;
    }
    const int result = real_of(file)->pMethods->xTruncate(real_of(file), size);
    if (result == SQLITE_OK) {
        policy->truncated(shim_of(file), size);
    }
    return result;
}

int sync_file(sqlite3_file* file, int flags)
{
    ShimFile& own = shim_of(file);
    if (const int code = policy->before("sync")) {
        return code;
    }
    if (policy->drops_sync()) {
        return SQLITE_OK;
    }
    policy->sync_begins(own);
    const int result = real_of(file)->pMethods->xSync(real_of(file), flags);
    if (result == SQLITE_OK) {
        policy->sync_ended(own, own.syncs_directory);
        own.syncs_directory = false;
    }
    return result;
}

int file_size(sqlite3_file* file, sqlite3_int64* size)
{
    return real_of(file)->pMethods->xFileSize(real_of(file), size);
}

int lock_file(sqlite3_file* file, int level)
{
    if (const int code = policy->before("lock")) {
        return code;
    }
    shim_of(file).has_written = false;
    return policy->drops_locks() ? SQLITE_OK : real_of(file)->pMethods->xLock(real_of(file), level);
}

int unlock_file(sqlite3_file* file, int level)
{
    // An unlock that fails still is one to SQLite, so it is done and then reported.
    const int code = policy->before("unlock");
    const int result =
        policy->drops_locks() ? SQLITE_OK : real_of(file)->pMethods->xUnlock(real_of(file), level);
    return code != 0 ? code : result;
}

int check_reserved(sqlite3_file* file, int* is_reserved)
{
    if (policy->drops_locks()) {
        *is_reserved = 0;
        return SQLITE_OK;
    }
    return real_of(file)->pMethods->xCheckReservedLock(real_of(file), is_reserved);
}

int control_file(sqlite3_file* file, int operation, void* argument)
{
    return real_of(file)->pMethods->xFileControl(real_of(file), operation, argument);
}

int sector_size(sqlite3_file* file)
{
    return real_of(file)->pMethods->xSectorSize(real_of(file));
}

int characteristics(sqlite3_file* file)
{
    return real_of(file)->pMethods->xDeviceCharacteristics(real_of(file));
}

int shm_map(sqlite3_file* file, int page, int bytes, int extend, void volatile** memory)
{
    const int code = policy->before("shm_map");
    return code != 0 ? code
                     : real_of(file)->pMethods->xShmMap(real_of(file), page, bytes, extend, memory);
}

int shm_lock(sqlite3_file* file, int offset, int count, int flags)
{
    const bool is_unlock = (flags & SQLITE_SHM_UNLOCK) != 0;
    if (const int code = is_unlock ? 0 : policy->before("shm_lock")) {
        return code;
    }
    shim_of(file).has_written = false;
    return policy->drops_locks()
               ? SQLITE_OK
               : real_of(file)->pMethods->xShmLock(real_of(file), offset, count, flags);
}

void shm_barrier(sqlite3_file* file)
{
    real_of(file)->pMethods->xShmBarrier(real_of(file));
}

int shm_unmap(sqlite3_file* file, int remove)
{
    return real_of(file)->pMethods->xShmUnmap(real_of(file), remove);
}

// Version 2: shared memory for WAL, but no memory-mapped reads, which would pass the shim by.
const sqlite3_io_methods methods{
    2,         close_file,  read_file,      write_file,   truncate_file, sync_file,       file_size,
    lock_file, unlock_file, check_reserved, control_file, sector_size,   characteristics, shm_map,
    shm_lock,  shm_barrier, shm_unmap,      nullptr,      nullptr};

int open_file(sqlite3_vfs* /*self*/, const char* name, sqlite3_file* file, int flags,
              int* out_flags)
{
    constexpr int journals = SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_SUPER_JOURNAL | SQLITE_OPEN_WAL;
    constexpr int known = journals | SQLITE_OPEN_MAIN_DB;
    if (name == nullptr || (flags & known) == 0) { // temporary: nobody's loss
        return system_vfs->xOpen(system_vfs, name, file, flags, out_flags);
    }
    auto* const own = new (file) ShimFile{};
    if (const int code = policy->before("open")) {
        return code;
    }
    const bool is_new = ::access(name, F_OK) != 0;
    const int result = system_vfs->xOpen(system_vfs, name, own->real(), flags, out_flags);
    if (result != SQLITE_OK) {
        return result;
    }
    own->name = name;
    own->kind = flags & known;
    own->syncs_directory = (flags & SQLITE_OPEN_CREATE) != 0 && (flags & journals) != 0;
    own->base.pMethods = &methods;
    policy->opened(*own, is_new);
    return SQLITE_OK;
}

int delete_file(sqlite3_vfs* /*self*/, const char* name, int with_directory)
{
    if (const int code = policy->before("delete")) {
        return code;
    }
    const int result = system_vfs->xDelete(system_vfs, name, with_directory);
    if (result == SQLITE_OK) {
        policy->removed(name, with_directory != 0);
    }
    return result;
}

} // namespace

void register_shim(ShimPolicy& chosen)
{
    policy = &chosen;
    system_vfs = sqlite3_vfs_find(nullptr);
    static sqlite3_vfs own = *system_vfs; // all that is not about files stays the system's
    own.pNext = nullptr;
    own.zName = "firstlock";
    own.szOsFile = static_cast<int>(sizeof(ShimFile)) + system_vfs->szOsFile;
    own.xOpen = open_file;
    own.xDelete = delete_file;
    sqlite3_vfs_register(&own, 1);
}

} // namespace firstlock

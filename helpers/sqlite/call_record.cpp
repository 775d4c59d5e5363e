#include "helpers/sqlite/call_record.hpp"

#include "helpers/sqlite/sleep_recorder.hpp"
#include "helpers/sqlite/vfs_layer.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <system_error>

namespace firstlock {
namespace {

// A VFS is C, and this one exists once. The descriptor is the process's to close.
int record_file = -1;
sqlite3_vfs* system_vfs = nullptr;

struct RecordedFile {
    sqlite3_file base;
    const char* kind;
};

void add(std::string line)
{
    line += '\n';
    if (::write(record_file, line.data(), line.size()) != static_cast<ssize_t>(line.size())) {
        std::perror("the record of calls");
        std::_Exit(EXIT_FAILURE);
    }
}

int add(const std::string& what, int code)
{
    add(what + (code == SQLITE_OK ? "" : " refused"));
    return code;
}

const char* kind_of(std::string_view path)
{
    return path.ends_with("-journal") ? "journal" : path.ends_with("-wal") ? "wal" : "database";
}

const char* kind_of(sqlite3_file* file)
{
    return layered<RecordedFile>(file).kind;
}

std::string level_name(int level)
{
    constexpr std::array names{"none", "shared", "reserved", "pending", "exclusive"};
    return names.at(static_cast<std::size_t>(level));
}

template <auto Method>
constexpr auto passed = passed_on<RecordedFile, Method>;

int lock_file(sqlite3_file* file, int level)
{
    return add("lock " + level_name(level), passed<&sqlite3_io_methods::xLock>(file, level));
}

int unlock_file(sqlite3_file* file, int level)
{
    return add("unlock " + level_name(level), passed<&sqlite3_io_methods::xUnlock>(file, level));
}

int sync_file(sqlite3_file* file, int flags)
{
    return add(std::string("sync ") + kind_of(file),
               passed<&sqlite3_io_methods::xSync>(file, flags));
}

int truncate_file(sqlite3_file* file, sqlite3_int64 size)
{
    return add(std::string("truncate ") + kind_of(file),
               passed<&sqlite3_io_methods::xTruncate>(file, size));
}

int shm_lock(sqlite3_file* file, int offset, int count, int flags)
{
    constexpr std::array slots{"write", "checkpoint", "recover"};
    const auto slot = static_cast<std::size_t>(offset);
    return add(std::string((flags & SQLITE_SHM_UNLOCK) != 0 ? "shm unlock " : "shm lock ") +
                   (slot < slots.size() ? slots.at(slot) : "read") +
                   ((flags & SQLITE_SHM_SHARED) != 0 ? " shared" : " exclusive"),
               passed<&sqlite3_io_methods::xShmLock>(file, offset, count, flags));
}

const sqlite3_io_methods methods = [] {
    sqlite3_io_methods own = passing_methods<RecordedFile>();
    own.xLock = lock_file;
    own.xUnlock = unlock_file;
    own.xSync = sync_file;
    own.xTruncate = truncate_file;
    own.xShmLock = shm_lock;
    return own;
}();

int open_file(sqlite3_vfs* /*self*/, const char* name, sqlite3_file* file, int flags,
              int* out_flags)
{
    constexpr int known = SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_WAL;
    if (name == nullptr || (flags & known) == 0) { // temporary: no one else's
        return system_vfs->xOpen(system_vfs, name, file, flags, out_flags);
    }
    auto* const own = new (file) RecordedFile{{}, kind_of(std::string_view(name))};
    const int code =
        add(std::string("open ") + own->kind,
            system_vfs->xOpen(system_vfs, name, real_of<RecordedFile>(file), flags, out_flags));
    own->base.pMethods = code == SQLITE_OK ? &methods : nullptr; // without, it is not closed
    return code;
}

int delete_file(sqlite3_vfs* /*self*/, const char* name, int with_directory)
{
    return add(std::string("delete ") + kind_of(std::string_view(name)) +
                   (with_directory != 0 ? " and sync directory" : ""),
               system_vfs->xDelete(system_vfs, name, with_directory));
}

int trace(unsigned event, void* /*context*/, void* /*statement*/, void* detail)
{
    add(event == SQLITE_TRACE_STMT ? "> " + std::string(static_cast<const char*>(detail)) : "<");
    return 0;
}

int trace_connection(sqlite3* connection, char** /*error*/, const void* /*routines*/)
{
    return sqlite3_trace_v2(connection, SQLITE_TRACE_STMT | SQLITE_TRACE_PROFILE, trace, nullptr);
}

} // namespace

void record_calls(const std::filesystem::path& file)
{
    record_file = ::open(file.c_str(), O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0666);
    if (record_file < 0) {
        throw std::system_error(errno, std::generic_category(),
                                "the record of calls '" + file.string() + "'");
    }
    record_sleeps([](int microseconds) { add("sleep " + std::to_string(microseconds)); });
    system_vfs = &default_vfs();
    static sqlite3_vfs own = *system_vfs;
    own.szOsFile = static_cast<int>(sizeof(RecordedFile)) + system_vfs->szOsFile;
    own.xOpen = open_file;
    own.xDelete = delete_file;
    make_default_vfs(own, "firstlock-calls");
    sqlite3_auto_extension(reinterpret_cast<void (*)()>(trace_connection));
}

} // namespace firstlock

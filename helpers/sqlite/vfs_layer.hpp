#pragma once

#include <sqlite3.h>

// What a VFS needs that lies before the system's own and passes on whatever it does not care about
// (https://sqlite.org/c3ref/vfs.html). There is one kind of such VFS in a process, laid once.
namespace firstlock {

/// The VFS that connections use by default. Throws std::runtime_error where SQLite has none.
sqlite3_vfs& default_vfs();

/// Makes `layer`, a copy of default_vfs() with some methods of its own, the default under `name`
/// for connections that are opened later. A copy keeps the private data of the original, which is
/// all that the other methods look at. Both must live until the process ends. Throws
/// std::runtime_error where SQLite takes no new one.
void make_default_vfs(sqlite3_vfs& layer, const char* name);

/// What the layer knows of a file: a struct that begins with a `sqlite3_file base`. SQLite
/// allocates it, and the real file lies after it in the same block.
template <typename File>
File& layered(sqlite3_file* file)
{
    return *reinterpret_cast<File*>(file);
}

template <typename File>
sqlite3_file* real_of(sqlite3_file* file)
{
    return reinterpret_cast<sqlite3_file*>(&layered<File>(file) + 1);
}

/// A method that only passes on, as `passed_on<File, &sqlite3_io_methods::xClose>`.
template <typename File, auto Method>
constexpr auto passed_on = nullptr;
template <typename File, typename Result, typename... Arguments,
          Result (*sqlite3_io_methods::*Method)(sqlite3_file*, Arguments...)>
constexpr auto passed_on<File, Method> = [](sqlite3_file* file, Arguments... arguments) -> Result {
    sqlite3_file* const real = real_of<File>(file);
    return (real->pMethods->*Method)(real, arguments...);
};

/// Methods that all only pass on. Version 2: shared memory for WAL, but no memory-mapped reads,
/// which would pass the layer by.
template <typename File>
constexpr sqlite3_io_methods passing_methods()
{
    return {
        .iVersion = 2,
        .xClose = passed_on<File, &sqlite3_io_methods::xClose>,
        .xRead = passed_on<File, &sqlite3_io_methods::xRead>,
        .xWrite = passed_on<File, &sqlite3_io_methods::xWrite>,
        .xTruncate = passed_on<File, &sqlite3_io_methods::xTruncate>,
        .xSync = passed_on<File, &sqlite3_io_methods::xSync>,
        .xFileSize = passed_on<File, &sqlite3_io_methods::xFileSize>,
        .xLock = passed_on<File, &sqlite3_io_methods::xLock>,
        .xUnlock = passed_on<File, &sqlite3_io_methods::xUnlock>,
        .xCheckReservedLock = passed_on<File, &sqlite3_io_methods::xCheckReservedLock>,
        .xFileControl = passed_on<File, &sqlite3_io_methods::xFileControl>,
        .xSectorSize = passed_on<File, &sqlite3_io_methods::xSectorSize>,
        .xDeviceCharacteristics = passed_on<File, &sqlite3_io_methods::xDeviceCharacteristics>,
        .xShmMap = passed_on<File, &sqlite3_io_methods::xShmMap>,
        .xShmLock = passed_on<File, &sqlite3_io_methods::xShmLock>,
        .xShmBarrier = passed_on<File, &sqlite3_io_methods::xShmBarrier>,
        .xShmUnmap = passed_on<File, &sqlite3_io_methods::xShmUnmap>,
        .xFetch = nullptr,
        .xUnfetch = nullptr,
    };
}

} // namespace firstlock

// What makes firstlock-slow-writer of the writer: the same object code, and before its main() a VFS
// whose every sync takes FIRSTLOCK_TASK_SYNC_MS longer, as on a slow disk.
#include "helpers/sqlite/vfs_layer.hpp"
#include "helpers/writer/protocol.hpp"

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <new>
#include <stdexcept>
#include <string>

namespace {

using namespace firstlock;

int sync_us = 0;
sqlite3_vfs* system_vfs = nullptr;

struct SlowFile {
    sqlite3_file base;
};

int sync_slowly(sqlite3_file* file, int flags)
{
    system_vfs->xSleep(system_vfs, sync_us);
    return passed_on<SlowFile, &sqlite3_io_methods::xSync>(file, flags);
}

const sqlite3_io_methods methods = [] {
    sqlite3_io_methods own = passing_methods<SlowFile>();
    own.xSync = sync_slowly;
    return own;
}();

int open_file(sqlite3_vfs* /*self*/, const char* name, sqlite3_file* file, int flags,
              int* out_flags)
{
    auto* const own = new (file) SlowFile{};
    const int code = system_vfs->xOpen(system_vfs, name, real_of<SlowFile>(file), flags, out_flags);
    own->base.pMethods = code == SQLITE_OK ? &methods : nullptr; // without, it is not closed
    return code;
}

[[maybe_unused]] const bool is_slow = [] {
    try {
        const char* const text = std::getenv("FIRSTLOCK_TASK_SYNC_MS");
        if (text == nullptr) {
            throw std::invalid_argument(
                "FIRSTLOCK_TASK_SYNC_MS is not set; expected: milliseconds");
        }
        sync_us = 1000 * std::stoi(text);
        system_vfs = &default_vfs();
        static sqlite3_vfs own = *system_vfs;
        own.szOsFile = static_cast<int>(sizeof(SlowFile)) + system_vfs->szOsFile;
        own.xOpen = open_file;
        make_default_vfs(own, "firstlock-slow");
        return true;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "firstlock-slow-writer: %s\n", error.what());
        std::_Exit(WriterExit::bad_task);
    }
}();

} // namespace

#include "helpers/sqlite/vfs_layer.hpp"

#include <stdexcept>
#include <string>

namespace firstlock {

sqlite3_vfs& default_vfs()
{
    sqlite3_initialize();
    sqlite3_vfs* const found = sqlite3_vfs_find(nullptr);
    if (found == nullptr) {
        throw std::runtime_error("SQLite has no default VFS to lay another before");
    }
    return *found;
}

void make_default_vfs(sqlite3_vfs& layer, const char* name)
{
    layer.pNext = nullptr;
    layer.zName = name;
    if (const int code = sqlite3_vfs_register(&layer, 1); code != SQLITE_OK) {
        throw std::runtime_error("cannot register the VFS '" + std::string(name) +
                                 "': " + sqlite3_errstr(code));
    }
}

} // namespace firstlock

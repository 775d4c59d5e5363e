#include "helpers/sqlite/build_info.hpp"

#include <sqlite3.h>

#include <array>
#include <chrono>
#include <string_view>

namespace firstlock {
namespace {

constexpr std::array<std::string_view, 9> relevant{"THREADSAFE",
                                                   "DEFAULT_SYNCHRONOUS",
                                                   "DEFAULT_WAL_SYNCHRONOUS",
                                                   "ENABLE_SETLK",
                                                   "OMIT_SHARED_CACHE",
                                                   "DEFAULT_LOCKING_MODE",
                                                   "DEFAULT_WAL_AUTOCHECKPOINT",
                                                   "DEFAULT_MMAP_SIZE",
                                                   "ENABLE_LOCKING_STYLE"};

bool is_relevant(std::string_view option)
{
    for (const std::string_view name : relevant) {
        if (option.substr(0, name.size()) == name) {
            return true;
        }
    }
    return false;
}

} // namespace

SqliteBuild sqlite_build()
{
    SqliteBuild build{sqlite3_libversion(), sqlite3_sourceid(), {}, FIRSTLOCK_SQLITE_DEFINES};
    for (int index = 0;; ++index) {
        const char* const option = sqlite3_compileoption_get(index);
        if (option == nullptr) {
            return build;
        }
        if (is_relevant(option)) {
            build.options.emplace_back(option);
        }
    }
}

double fifty_ms_sleep_takes_ms()
{
    sqlite3_initialize(); // sqlite3_sleep finds no VFS before it
    const auto start = std::chrono::steady_clock::now();
    sqlite3_sleep(50);
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start)
        .count();
}

} // namespace firstlock

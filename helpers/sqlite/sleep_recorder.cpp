#include "helpers/sqlite/sleep_recorder.hpp"

#include <sqlite3.h>

#include <atomic>
#include <stdexcept>
#include <string>

namespace firstlock {
namespace {

std::atomic<std::int64_t> count{0};
std::atomic<std::int64_t> total_us{0};
sqlite3_vfs* wrapped = nullptr;
void (*before_sleep)() = nullptr;

int recorded_sleep(sqlite3_vfs* /*this one*/, int microseconds)
{
    ++count;
    total_us += microseconds;
    if (before_sleep != nullptr) {
        before_sleep();
    }
    return wrapped->xSleep(wrapped, microseconds);
}

} // namespace

void record_sleeps(void (*on_sleep)())
{
    if (wrapped != nullptr) {
        return; // wrapped once more it would call itself for ever
    }
    sqlite3_initialize();
    wrapped = sqlite3_vfs_find(nullptr);
    if (wrapped == nullptr) {
        throw std::runtime_error("SQLite has no default VFS to record the sleeps of");
    }
    before_sleep = on_sleep;
    // A copy keeps the methods and the private data of the original, which is all that they look
    // at.
    static sqlite3_vfs recorder = *wrapped;
    recorder.pNext = nullptr;
    recorder.zName = "firstlock-sleeps";
    recorder.xSleep = recorded_sleep;
    if (const int code = sqlite3_vfs_register(&recorder, 1); code != SQLITE_OK) {
        throw std::runtime_error(std::string("cannot register the VFS that records sleeps: ") +
                                 sqlite3_errstr(code));
    }
}

SleepsAsked sleeps_asked()
{
    return {count, total_us};
}

} // namespace firstlock

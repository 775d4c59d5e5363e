#include "helpers/sqlite/sleep_recorder.hpp"

#include "helpers/sqlite/vfs_layer.hpp"

#include <atomic>

namespace firstlock {
namespace {

std::atomic<std::int64_t> count{0};
std::atomic<std::int64_t> total_us{0};
sqlite3_vfs* wrapped = nullptr;
void (*before_sleep)(int) = nullptr;

int recorded_sleep(sqlite3_vfs* /*this one*/, int microseconds)
{
    ++count;
    total_us += microseconds;
    if (before_sleep != nullptr) {
        before_sleep(microseconds);
    }
    return wrapped->xSleep(wrapped, microseconds);
}

} // namespace

void record_sleeps(void (*on_sleep)(int))
{
    if (wrapped != nullptr) {
        return; // wrapped once more it would call itself for ever
    }
    wrapped = &default_vfs();
    before_sleep = on_sleep;
    static sqlite3_vfs recorder = *wrapped;
    recorder.xSleep = recorded_sleep;
    make_default_vfs(recorder, "firstlock-sleeps");
}

SleepsAsked sleeps_asked()
{
    return {count, total_us};
}

} // namespace firstlock

#include "helpers/sqlite/sleep_recorder.hpp"

#include "helpers/sqlite/vfs_layer.hpp"

#include <algorithm>
#include <atomic>

namespace firstlock {
namespace {

std::atomic<std::int64_t> count{0};
std::atomic<std::int64_t> total_us{0};
std::atomic<std::int64_t> statement_us{0}; // of the statement that waits, or waited last
std::atomic<std::int64_t> longest_statement_us{0};
sqlite3_vfs* wrapped = nullptr;
void (*before_sleep)(int) = nullptr;
void (*after_sleep)() = nullptr;

void count_for_statement(int microseconds)
{
    constexpr int first_delay_us = 1000;
    if (microseconds % 1000 != 0) {
        return; // of a read in WAL
    }
    statement_us = microseconds + (microseconds == first_delay_us ? 0 : statement_us.load());
    longest_statement_us = std::max(longest_statement_us.load(), statement_us.load());
}

int recorded_sleep(sqlite3_vfs* /*this one*/, int microseconds)
{
    ++count;
    total_us += microseconds;
    count_for_statement(microseconds);
    if (before_sleep != nullptr) {
        before_sleep(microseconds);
    }
    const int slept = wrapped->xSleep(wrapped, microseconds);
    if (after_sleep != nullptr) {
        after_sleep();
    }
    return slept;
}

} // namespace

void record_sleeps(void (*on_sleep)(int), void (*on_end)())
{
    if (wrapped != nullptr) {
        return; // wrapped once more it would call itself for ever
    }
    wrapped = &default_vfs();
    before_sleep = on_sleep;
    after_sleep = on_end;
    static sqlite3_vfs recorder = *wrapped;
    recorder.xSleep = recorded_sleep;
    make_default_vfs(recorder, "firstlock-sleeps");
}

std::optional<std::int64_t> handler_clock_ms()
{
    if (sqlite3_compileoption_used("ENABLE_SETLK_TIMEOUT") != 0) {
        return std::nullopt;
    }
    return longest_statement_us / 1000;
}

void start_handler_clock()
{
    statement_us = 0;
    longest_statement_us = 0;
}

SleepsAsked sleeps_asked()
{
    return {count, total_us};
}

} // namespace firstlock

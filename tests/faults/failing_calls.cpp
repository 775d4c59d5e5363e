// Goal:   when a call of the disk fails, every writer says so with a code, and nothing that was
//         acknowledged is lost.
// Method: a VFS that fails the n-th call of each class, for n spread over all calls of a run. Two
//         writers on a fresh table for each n; one of them has the call fail, once or (every second
//         run) from there on for good.
#include "fixtures/faults/fault_record.hpp"
#include "fixtures/faults/fault_run.hpp"
#include "fixtures/run/settings.hpp"
#include "helpers/described/names.hpp"

#include <catch2/catch_test_macros.hpp>

#include <sqlite3.h>

#include <algorithm>
#include <array>

using namespace firstlock;

namespace {

/// A class of calls that fails, and with what.
struct FailingCall {
    Call call;
    int code;
    bool in_wal, in_rollback; ///< where SQLite makes such calls
};

constexpr std::array<FailingCall, 10> failing_calls{{
    {Call::read, SQLITE_IOERR_READ, true, true},
    {Call::write, SQLITE_IOERR_WRITE, true, true},
    {Call::write, SQLITE_FULL, true, true},
    {Call::sync, SQLITE_IOERR_FSYNC, true, true},
    {Call::truncate, SQLITE_IOERR_TRUNCATE, false, true},
    {Call::lock, SQLITE_IOERR_LOCK, true, true},
    {Call::shm_map, SQLITE_IOERR_SHMMAP, true, false},
    {Call::shm_lock, SQLITE_IOERR_SHMLOCK, true, false},
    {Call::open, SQLITE_CANTOPEN, true, true},
    {Call::delete_, SQLITE_IOERR_DELETE, false, true},
}};

FaultRun run_and_check(const std::string& journal, const Injection& injection)
{
    FaultTable table(journal);
    FaultRun run = run_under_fault(table, {.transactions = 5, .adjust = [&](FaultTask& task) {
                                               task.autocheckpoint =
                                                   10; // those of checkpoints are to fail too
                                               task.injection =
                                                   task.writer == 1 ? injection : Injection{};
                                           }});
    INFO(journal << ", " << name_of(injection.call) << " number " << injection.nth
                 << (injection.stays ? " and on" : "") << ", reported " << run.reported());
    CHECK(run.account.verdict() == "ok");
    return run;
}

void fail_calls(const std::string& journal, const FailingCall& failing)
{
    const std::size_t runs_max = settings().depth == Depth::deep ? 1000 : 12;
    // The first fails nothing, and counts the calls.
    const std::size_t calls = run_and_check(journal, {.call = failing.call}).calls;
    const std::size_t step = std::max<std::size_t>(1, (calls + runs_max - 1) / runs_max);
    FaultRun sum;
    std::size_t runs = 0;
    bool is_sound = true;
    for (std::size_t nth = 1; nth <= calls && is_sound; nth += step) {
        const FaultRun run = run_and_check(
            journal, {failing.call, static_cast<std::uint32_t>(nth), runs % 2 == 1, failing.code});
        ++runs;
        sum.injected += run.injected;
        sum.account.acknowledged += run.account.acknowledged;
        sum.account.lost += run.account.lost;
        is_sound = run.account.holds();
        for (const auto& [code, count] : run.codes) {
            sum.codes[code] += count;
        }
    }
    record_fault("failing calls", {{"journal_mode", journal},
                                   {"call", name_of(failing.call)},
                                   {"code", failing.code},
                                   {"calls", calls},
                                   {"runs", runs},
                                   {"injected", sum.injected},
                                   {"reported", sum.reported()},
                                   {"acknowledged", sum.account.acknowledged},
                                   {"lost", sum.account.lost}});
    // The neighbour may change how many calls there are.
    CHECK(sum.injected >= std::max<std::size_t>(1, runs / 2));
}

} // namespace

TEST_CASE("faults.a failing call in rollback costs no acknowledged row")
{
    for (const FailingCall& failing : failing_calls) {
        if (failing.in_rollback) {
            fail_calls(failing.call == Call::truncate ? "truncate" : "delete", failing);
        }
    }
}

TEST_CASE("faults.a failing call in WAL costs no acknowledged row")
{
    for (const FailingCall& failing : failing_calls) {
        if (failing.in_wal) {
            fail_calls("wal", failing);
        }
    }
}

// Goal:   what is said of who holds a lock, and for how long, is what happened.
// Method: the observer beside holds of known length, and sample by sample against the writers' own
//         record; the record of a writer that is killed; one that has no room left.
#include "fixtures/run/settings.hpp"
#include "fixtures/table/lock_watch.hpp"
#include "fixtures/transactions/session.hpp"
#include "helpers/described/json.hpp"
#include "helpers/locks/lock_probe.hpp"
#include "helpers/locks/recorded_holds.hpp"
#include "tests/calibration/recorded_writer.hpp"

#include <boost/uuid/uuid_io.hpp>
#include <catch2/catch_test_macros.hpp>

#include <sqlite3.h>

#include <algorithm>
#include <csignal>
#include <future>
#include <limits>

using namespace firstlock;
using namespace std::chrono_literals;

namespace {

Deadline patience()
{
    return Deadline(settings().scaled(60s));
}

/// What firstlock-observer saw beside `act`.
Observation observed(const std::filesystem::path& database, const std::function<void()>& act)
{
    LineChild observer(observer_beside(database));
    observer.expect("firstlock watching", patience());
    act();
    observer.child().close_stdin();
    return parsed_json<nlohmann::json>(observer.line(patience())).get<Observation>();
}

/// When a process may have had the write lock: from before it asked for it until after it gave it
/// up, however long it was kept from its work in between.
std::vector<TimeSpan> possible_holds(const std::vector<VfsCall>& calls)
{
    using Kind = VfsCall::Kind;
    constexpr std::int64_t end_ns = std::numeric_limits<std::int64_t>::max();
    std::vector<TimeSpan> spans;
    bool is_open = false;
    for (const VfsCall& call : calls) {
        const bool takes = (call.kind == Kind::lock && call.detail >= SQLITE_LOCK_RESERVED) ||
                           (call.kind == Kind::shm_lock_exclusive && call.detail == shm_write);
        const bool gives = call.kind == Kind::unlock ||
                           (call.kind == Kind::close && call.file == VfsCall::File::database) ||
                           (call.kind == Kind::shm_unlock_exclusive && call.detail == shm_write);
        // EXCLUSIVE that is refused leaves PENDING (unixLock in os_unix.c).
        const bool is_left =
            call.was_refused && call.kind == Kind::lock && call.detail == SQLITE_LOCK_EXCLUSIVE;
        if (takes && !is_open && (!call.was_refused || is_left)) {
            spans.push_back({call.begin_ns, end_ns});
            is_open = true;
        } else if (gives && is_open) {
            spans.back().to_ns = call.end_ns;
            is_open = false;
        }
    }
    return spans;
}

/// Nothing but the passing of time, in a process that does nothing.
void pass(Session& idle, std::chrono::milliseconds time)
{
    CHECK_FALSE(idle.child().wait(Deadline(time)));
}

} // namespace

TEST_CASE_METHOD(InBothModes,
                 "calibration.observer: holds of 10 and 50 and 300 ms are as long as they "
                 "were")
{
    Session holder(database());
    holder.must(insert); // what a first transaction does besides is done
    for (const auto length : {10ms, 50ms, 300ms}) {
        INFO(length.count() << " ms");
        std::int64_t asked_ns = 0, granted_ns = 0, given_up_ns = 0, gone_ns = 0;
        const Observation seen = observed(database(), [&] {
            asked_ns = monotonic_ns();
            holder.begin_writing();
            granted_ns = monotonic_ns();
            pass(holder, length);
            given_up_ns = monotonic_ns();
            holder.must("ROLLBACK");
            gone_ns = monotonic_ns();
        });
        const auto found = std::find_if(seen.holds.begin(), seen.holds.end(),
                                        [](const Hold& hold) { return hold.lock == Lock::write; });
        if (found == seen.holds.end()) { // on a machine that gave the observer no turn
            CHECK(seen.longest_gap_ms > static_cast<double>(length.count()));
            continue;
        }
        CHECK(found->pid == holder.pid());
        CHECK(found->from_ns >= asked_ns - found->slack_ns);
        CHECK(found->from_ns <= granted_ns + found->slack_ns);
        CHECK(found->to_ns >= given_up_ns - found->slack_ns);
        CHECK(found->to_ns <= gone_ns + found->slack_ns);
        CHECK(static_cast<double>(found->slack_ns) / 1e6 <= 2 * seen.longest_gap_ms + 1);
        CHECK(seen.cpu_share < 0.1); // 0.01 where nothing else runs
        CHECK(seen.processes.at(0).command.find("firstlock-session") != std::string::npos);
    }
}

TEST_CASE_METHOD(InBothModes,
                 "calibration.observer: every sample agrees with the writers' own record "
                 "on who has the write lock")
{
    constexpr std::size_t writers = 12;
    const std::vector<Message> rows = example_rows(writers);
    SharedRecord record(writers);
    WriterPool pool({.writer = own_writer(),
                     .database = database(),
                     .settings = with_timeout(profile(journal), 60s).settings,
                     .deadlines = deadlines_for(writers, 60s),
                     .record = record.path()},
                    rows);
    pool.start();
    REQUIRE(pool.await_ready());
    LockProbe probe(database()); // this process has no connection to it
    std::vector<LockSample> samples;
    pool.release();
    auto running = std::async(std::launch::async, [&] { pool.join(); });
    while (running.wait_for(0s) != std::future_status::ready) {
        samples.push_back(probe.look());
    }
    running.get();

    std::vector<Hold> holds;
    std::vector<TimeSpan> possible;
    for (std::size_t writer = 0; writer < writers; ++writer) {
        CHECK(pool.result().writers[writer].outcome == Outcome::acknowledged);
        const RecordedCalls calls = record.calls_of(writer);
        CHECK_FALSE(calls.is_full);
        for (const Hold& hold : holds_in(calls.calls, pool.pids()[writer], 0).holds) {
            if (hold.lock == Lock::write && hold.to_ns > hold.from_ns) { // not that of its close
                holds.push_back(hold);
            }
        }
        const std::vector<TimeSpan> own = possible_holds(calls.calls);
        possible.insert(possible.end(), own.begin(), own.end());
    }
    CHECK(holds.size() >= writers);
    std::size_t compared = 0, held = 0;
    for (const LockSample& sample : samples) {
        const std::int64_t margin = sample.to_ns - sample.from_ns;
        const TimeSpan near{sample.from_ns - margin, sample.to_ns + margin};
        const Hold* within = nullptr;
        const bool any_near =
            std::any_of(possible.begin(), possible.end(), [&](const TimeSpan& span) {
                return span.from_ns <= near.to_ns && span.to_ns >= near.from_ns;
            });
        for (const Hold& hold : holds) {
            if (hold.from_ns <= near.from_ns && hold.to_ns >= near.to_ns) {
                within = &hold;
            }
        }
        if (within != nullptr) {
            ++compared;
            ++held;
            CHECK(sample.writer == within->pid);
        } else if (!any_near) {
            ++compared;
            CHECK(sample.writer == std::nullopt);
        }
    }
    INFO(samples.size() << " samples, " << compared << " compared, " << held << " within a hold");
    CHECK(compared > samples.size() / 10);
}

TEST_CASE_METHOD(InBothModes,
                 "calibration.record: a writer that is killed while it sleeps leaves all "
                 "that it did until then")
{
    skip_where_no_sleep_is_asked_for(profile(journal).settings.journal_mode);
    Session holder(database());
    holder.begin_writing();
    SharedRecord record(2);
    auto task = task_environment(database(), with_timeout(profile(journal), 60s).settings);
    for (const std::string& own :
         task_environment(1, boost::uuids::to_string(example_rows(1)[0]))) {
        task.push_back(own);
    }
    task.push_back(task_environment_of_calls(record.path()));
    LineChild writer({own_writer().executable, {}, inherited_environment("FIRSTLOCK_", task)});
    writer.expect("firstlock ready", patience());
    record.has_been_mapped();
    CHECK_FALSE(std::filesystem::exists(record.path()));
    writer.say("go");
    const auto sleeps = [&] {
        const auto calls = record.calls_of(1).calls;
        return std::count_if(calls.begin(), calls.end(),
                             [](const VfsCall& call) { return call.kind == VfsCall::Kind::sleep; });
    };
    for (const Deadline deadline = patience(); sleeps() < 12 && !deadline.has_passed();) {
        pass(holder, 5ms);
    }
    writer.child().send(SIGKILL);
    writer.child().wait(patience());

    const RecordedCalls calls = record.calls_of(1);
    CHECK_FALSE(calls.is_full);
    CHECK(record.calls_of(0).calls.empty());
    const std::int64_t end_ns = monotonic_ns();
    const RecordedHolds found = holds_in(calls.calls, 7, end_ns);
    CHECK(found.asleep.size() >= 12);
    CHECK(std::none_of(found.holds.begin(), found.holds.end(),
                       [](const Hold& hold) { return hold.lock == Lock::write; }));
    for (std::size_t index = 1; index < calls.calls.size(); ++index) {
        CHECK(calls.calls[index].begin_ns >= calls.calls[index - 1].begin_ns);
    }
    // 1 2 5 10 15 20 25 25 25 50 50 ms: each sleep is at least as long as it was asked to be.
    for (std::size_t index = 0; index + 1 < found.asleep.size(); ++index) {
        const VfsCall& call =
            *std::find_if(calls.calls.begin(), calls.calls.end(), [&](const auto& one) {
                return one.kind == VfsCall::Kind::sleep &&
                       one.begin_ns == found.asleep[index].from_ns;
            });
        CHECK(call.end_ns - call.begin_ns >= std::int64_t{call.detail} * 1000);
    }
}

TEST_CASE("calibration.record: a writer with more calls than there is room for says so")
{
    FreshTable table;
    table.use(with_timeout(profile("rails"), 60s)); // polls each millisecond
    Session holder(table.database());
    holder.begin_writing();
    SharedRecord record(1, 1);
    std::size_t most = 0;
    auto task = task_environment(table.database(), with_timeout(profile("rails"), 60s).settings);
    for (const std::string& own :
         task_environment(0, boost::uuids::to_string(example_rows(1)[0]))) {
        task.push_back(own);
    }
    task.push_back(task_environment_of_calls(record.path()));
    LineChild writer({own_writer().executable, {}, inherited_environment("FIRSTLOCK_", task)});
    writer.expect("firstlock ready", patience());
    writer.say("go");
    for (const Deadline deadline(settings().scaled(10s));
         !record.calls_of(0).is_full && !deadline.has_passed();) {
        pass(holder, 50ms);
        most = record.calls_of(0).calls.size();
    }
    CHECK(record.calls_of(0).is_full);
    CHECK(record.calls_of(0).calls.size() >= most);
    holder.must("COMMIT");
    CHECK(writer.line(patience()).starts_with("firstlock ok")); // it goes on all the same
}

TEST_CASE("calibration.record: a writer without a part of its own does not start")
{
    FreshTable table;
    table.use(profile("wal"));
    SharedRecord record(1);
    const Command writer{"/bin/sh",
                         {"-c", "FIRSTLOCK_TASK_CALLS=\"$1\" exec \"$0\"",
                          own_writer().executable.string(), record.path().string()},
                         {}};
    const Trial trial = table.insert_in_parallel(example_rows(2),
                                                 {.writer = writer, .recorded = Recorded::nowhere});
    CHECK(trial.verdict == Verdict::void_);
    CHECK(trial.void_because.find("has 1 parts, and none for writer 1") != std::string::npos);
}

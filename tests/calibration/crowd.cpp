// Goal:   what a trial says of its writers' times is what happened: whether all of them at once, and
//         each wait as long as it was.
// Method: another process, or this one, holds the lock. When every writer's recorder has told a
//         sleep, all have started and none has ended; the lock is held for 300 ms more, by the
//         case's own clock.
#include "fixtures/run/settings.hpp"
#include "fixtures/table/matchers.hpp"
#include "fixtures/transactions/session.hpp"
#include "helpers/sqlite/connection.hpp"
#include "tests/calibration/recorded_writer.hpp"

#include <catch2/catch_test_macros.hpp>

#include <future>

using namespace firstlock;
using namespace std::chrono_literals;

namespace {

double ms_since(std::int64_t from_ns)
{
    return static_cast<double>(monotonic_ns() - from_ns) / 1e6;
}

Profile patient(const std::string& name)
{
    return with_timeout(profile(name), 60s); // no one is refused here
}

} // namespace

TEST_CASE_METHOD(InBothModes, "calibration.wait: none where no lock is held")
{
    RecordedWriter writer(database(), profile(journal).settings);
    const std::int64_t before_go_ns = monotonic_ns();
    writer.release();
    const Report report = writer.report();

    CHECK(report.kind == Report::Kind::ok);
    CHECK(sleeps_ms(writer.record.take()).empty());
    CHECK(*report.start_ns >= before_go_ns);
    CHECK(*report.end_ns <= monotonic_ns());
}

TEST_CASE_METHOD(InBothModes, "calibration.wait: as long as the lock is held and no longer than "
                              "from go to report")
{
    skip_where_no_sleep_is_asked_for(profile(journal).settings.journal_mode);
    Session holder(database());
    holder.begin_writing();
    RecordedWriter writer(database(), patient(journal).settings);
    const std::int64_t go_ns = monotonic_ns();
    writer.release();
    writer.record.await_sleeps(1);
    const std::int64_t seen_waiting_ns = monotonic_ns();
    CHECK_FALSE(writer.child().child().wait(Deadline(300ms)));
    const std::int64_t freed_ns = monotonic_ns();
    holder.must("COMMIT");
    const Report report = writer.report();

    CHECK(report.kind == Report::Kind::ok);
    CHECK(*report.start_ns >= go_ns);
    CHECK(*report.start_ns <= seen_waiting_ns);
    CHECK(*report.end_ns >= freed_ns);
    CHECK(*report.end_ns <= monotonic_ns());
}

TEST_CASE_METHOD(InBothModes, "calibration.crowd: writers that take turns are told never to be in "
                              "flight together")
{
    const Trial trial = insert_in_parallel(
        example_rows(6), {.writer = rogue_writer("takes_its_turn"), .recorded = Recorded::nowhere});
    CHECK_THAT(trial, AllRowsStored());
    CHECK(trial.in_flight_peak == 1);
    CHECK(trial.start_skew_ms > trial.wait_ms->p50);
    CHECK(trial.start_skew_ms < trial.span_ms);
}

// A gate that let one writer go on another's progress would stand here for ever, and fail at a
// deadline.
TEST_CASE_METHOD(FreshTable, "calibration.crowd: writers that wait together are told to be in "
                             "flight together and each as long as it waited")
{
    constexpr std::size_t writers = 12;
    skip_where_no_sleep_is_asked_for("wal");
    use(patient("recommended"));
    std::vector<CallRecord> records;
    for (std::size_t index = 0; index < writers; ++index) {
        records.emplace_back(directory() / ("calls-" + std::to_string(index)));
    }
    // The pool passes on no settings, so each writer is told by a shell where its record goes.
    const Command writer{"/bin/sh",
                         {"-c", "FIRSTLOCK_TASK_RECORD=$1/calls-$FIRSTLOCK_TASK_INDEX exec \"$0\"",
                          recorded_writer().string(), directory().string()},
                         {}};
    std::future<Trial> running;    // outlives the holder, on whom it waits
    Connection holder(database()); // a Session would log beside the pool's thread
    holder.execute("BEGIN IMMEDIATE");
    const std::int64_t before_ns = monotonic_ns();
    running = std::async(std::launch::async, [&] {
        return insert_in_parallel(example_rows(writers),
                                  {.writer = writer, .recorded = Recorded::nowhere});
    });
    for (CallRecord& record : records) {
        record.await_sleeps(1);
    }
    const std::int64_t all_wait_ns = monotonic_ns();
    CHECK(running.wait_for(300ms) == std::future_status::timeout);
    const double held_ms = ms_since(all_wait_ns);
    holder.execute("COMMIT");
    const Trial trial = running.get();
    const double whole_ms = ms_since(before_ns);

    CHECK_THAT(trial, AllRowsStored());
    CHECK(trial.in_flight_peak == writers);
    REQUIRE(trial.wait_ms);
    CHECK(trial.longest_wait_ms == trial.wait_ms->max);
    // By the handler's clock all of it but the last sleep, of 100 ms, which the lock's end cuts
    // short.
    REQUIRE(trial.longest_statement_wait_ms);
    CHECK(static_cast<double>(*trial.longest_statement_wait_ms) > held_ms - 100);
    CHECK(trial.headroom == static_cast<double>(*trial.longest_statement_wait_ms) / 60'000);
    CHECK(trial.wait_censored == false);
    CHECK(trial.refused_at_once == 0);
    CHECK(trial.wait_ms->p50 >= held_ms);
    CHECK(trial.wait_ms->p50 <= trial.wait_ms->p90);
    CHECK(trial.wait_ms->p90 <= trial.wait_ms->max);
    CHECK(trial.wait_ms->max <= trial.span_ms);
    CHECK(trial.span_ms <= whole_ms);
    CHECK(trial.start_skew_ms <= *trial.span_ms - held_ms);
    CHECK(trial.commits_per_second >= 1000 * writers / whole_ms);
}

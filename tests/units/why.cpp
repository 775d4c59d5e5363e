// Goal:   what is known of a trial's locks becomes the right holds, shares and reasons, and no more
//         than the evidence carries.
// Method: hand-made calls of one writer, and hand-made holds and waiters, in milliseconds; each
//         reason with evidence that just gives it and evidence that just does not.
#include "helpers/locks/why.hpp"
#include "fixtures/table/matchers.hpp"
#include "helpers/locks/lock_timeline.hpp"
#include "helpers/locks/recorded_holds.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <sqlite3.h>

using namespace firstlock;
using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::WithinAbs;
using Kind = VfsCall::Kind;

namespace {

constexpr std::int64_t ms = 1'000'000;

TimeSpan span(std::int64_t from, std::int64_t to)
{
    return {from * ms, to * ms};
}

Hold write_hold(std::int64_t pid, std::int64_t from, std::int64_t to, Doing doing = Doing::insert)
{
    return {span(from, to), Lock::write, pid, {{span(from, to), doing}}, 0};
}

Hold other_hold(Lock lock, std::int64_t pid, std::int64_t from, std::int64_t to)
{
    return {span(from, to), lock, pid, {}, 0};
}

/// One writer, pid 1, that waits from 0 to 1000 ms and is locked then; asleep all that time.
LockEvidence one_locked(std::vector<Hold> holds)
{
    LockEvidence evidence;
    evidence.waiters = {{span(0, 1000), 1, true, {span(0, 1000)}}};
    evidence.locked = {{0, span(0, 1000), SQLITE_BUSY, 1000ms, false}};
    evidence.holds = std::move(holds);
    evidence.any_recorded = true;
    return evidence;
}

Reason reason_with(std::vector<Hold> holds)
{
    return why_of(one_locked(std::move(holds))).reason.value();
}

/// Holds of 10 ms, by another process each, so that together they last `share` of a second.
std::vector<Hold> in_turns(double share, Doing doing = Doing::insert)
{
    std::vector<Hold> holds;
    holds.reserve(100);
    for (std::int64_t turn = 0; turn < static_cast<std::int64_t>(100 * share); ++turn) {
        holds.push_back(write_hold(100 + turn, 10 * turn, 10 * turn + 10, doing));
    }
    return holds;
}

VfsCall call(Kind kind, std::int32_t detail, std::int64_t begin, std::int64_t end,
             bool was_refused = false)
{
    return {.kind = kind,
            .file = VfsCall::File::database,
            .was_refused = was_refused,
            .slots = static_cast<std::uint8_t>(
                kind >= Kind::shm_lock_shared && kind <= Kind::shm_unlock_exclusive ? 1 : 0),
            .detail = detail,
            .begin_ns = begin * ms,
            .end_ns = end * ms};
}

std::string story_of(const Hold& hold)
{
    std::string text;
    for (const Stretch& stretch : hold.stretches) {
        text += std::string(name_of(stretch.doing)) + " " + std::to_string(stretch.from_ns / ms) +
                "-" + std::to_string(stretch.to_ns / ms) + " ";
    }
    return text;
}

} // namespace

TEST_CASE("harness.why: calls in rollback become a hold with what it did, and a sleep before it")
{
    const RecordedHolds found = holds_in(
        {
            call(Kind::lock, SQLITE_LOCK_SHARED, 0, 2),
            call(Kind::lock, SQLITE_LOCK_RESERVED, 2, 2, true),
            call(Kind::unlock, SQLITE_LOCK_NONE, 2, 3),
            call(Kind::sleep, 5000, 3, 8),
            call(Kind::lock, SQLITE_LOCK_SHARED, 8, 10),
            call(Kind::lock, SQLITE_LOCK_RESERVED, 10, 10),
            call(Kind::sync, 0, 15, 20),
            call(Kind::lock, SQLITE_LOCK_EXCLUSIVE, 20, 21, true),
            call(Kind::sleep, 1000, 21, 24),
            call(Kind::lock, SQLITE_LOCK_EXCLUSIVE, 24, 25),
            call(Kind::sync, 0, 26, 30),
            call(Kind::unlock, SQLITE_LOCK_NONE, 31, 32),
        },
        7, 100 * ms);
    REQUIRE(found.holds.size() == 1);
    CHECK(found.holds[0].lock == Lock::write);
    CHECK(found.holds[0].pid == 7);
    CHECK(found.holds[0].from_ns == 10 * ms);
    CHECK(found.holds[0].to_ns == 31 * ms);
    CHECK(story_of(found.holds[0]) ==
          "insert 10-15 fsync 15-20 wait 20-21 wait 21-24 commit 24-26 fsync 26-30 commit 30-31 ");
    REQUIRE(found.asleep.size() == 1);
    CHECK(found.asleep[0].from_ns == 3 * ms);
    CHECK(found.asleep[0].to_ns == 8 * ms);
}

TEST_CASE("harness.why: calls in WAL become holds, those of a checkpoint and recovery too")
{
    VfsCall both = call(Kind::shm_lock_exclusive, shm_checkpoint, 40, 41);
    both.slots = 2; // and the one after it, as recovery does
    VfsCall neither = call(Kind::shm_unlock_exclusive, shm_checkpoint, 50, 51);
    neither.slots = 2;
    const RecordedHolds found = holds_in(
        {
            call(Kind::shm_lock_exclusive, shm_write, 0, 1, true), call(Kind::sleep, 1000, 1, 2),
            call(Kind::shm_lock_exclusive, shm_write, 2, 3),
            call(Kind::shm_unlock_exclusive, shm_write, 10, 11),
            call(Kind::shm_lock_exclusive, shm_checkpoint, 20, 21),
            call(Kind::shm_lock_exclusive, shm_write, 21, 22),
            call(Kind::shm_unlock_exclusive, shm_write, 30, 31),
            call(Kind::shm_unlock_exclusive, shm_checkpoint, 31, 32), both, neither,
            call(Kind::shm_lock_exclusive, shm_write, 60, 61),
            call(Kind::sleep, 1000, 70, 0), // killed in it
        },
        7, 100 * ms);
    std::vector<std::string> told;
    for (const Hold& hold : found.holds) {
        told.push_back(std::string(name_of(hold.lock)) + " " + std::to_string(hold.from_ns / ms) +
                       "-" + std::to_string(hold.to_ns / ms) + ": " + story_of(hold));
    }
    CHECK(told ==
          std::vector<std::string>{"write 3-10: insert 3-10 ", "write 22-30: checkpoint 22-30 ",
                                   "checkpoint 21-31: ", "checkpoint 41-50: ", "recovery 41-50: ",
                                   "write 61-100: insert 61-70 wait 70-100 "});
}

TEST_CASE("harness.why: a long read is a hold until it becomes a write, and a short one is none")
{
    const RecordedHolds found = holds_in(
        {
            call(Kind::lock, SQLITE_LOCK_SHARED, 0, 1),
            call(Kind::lock, SQLITE_LOCK_RESERVED, 20, 21),
            call(Kind::unlock, SQLITE_LOCK_SHARED, 30, 31),
            call(Kind::unlock, SQLITE_LOCK_NONE, 30, 32),
        },
        7, 100 * ms);
    REQUIRE(found.holds.size() == 2);
    CHECK(found.holds[0].lock == Lock::read);
    CHECK(found.holds[0].to_ns == 21 * ms);
    CHECK(found.holds[1].lock == Lock::write);
}

TEST_CASE("harness.why: each moment is held, idle, handed over or no one's")
{
    // Two waiters: 0-100 asleep 10-50, and 20-80 asleep 30-60; a hold from 40 to 45.
    const LockTimeline timeline({write_hold(9, 40, 45)}, {{span(0, 100), 1, true, {span(10, 50)}},
                                                          {span(20, 80), 2, true, {span(30, 60)}}});
    const auto whole = timeline.within(span(-50, 200));
    CHECK(whole.held() == 5 * ms);
    // 10-20: all of one; 30-40 and 45-50: both.
    CHECK(whole.idle_awaited == 25 * ms);
    CHECK(whole.handed_over == 70 * ms);
    const auto part = timeline.within(span(42, 48));
    CHECK(part.held() == 3 * ms);
    CHECK(part.idle_awaited == 3 * ms);
    CHECK(timeline.within(span(120, 130)).handed_over == 0);
    CHECK(LockTimeline({}, {}).within(span(0, 10)).held() == 0);
}

TEST_CASE("harness.why: two holds that overlap by their slack are counted once")
{
    const LockTimeline timeline(
        {write_hold(9, 12, 30, Doing::commit), write_hold(8, 0, 20), write_hold(7, 40, 41)}, {});
    CHECK(timeline.within(span(0, 100)).held() == 31 * ms);
    CHECK(timeline.within(span(0, 100)).doing(Doing::insert) == 21 * ms);
}

TEST_CASE("harness.why: half of the wait decides between asleep, too many, and unknown")
{
    CHECK(reason_with(in_turns(0.49)) == Reason::waiters_asleep);
    CHECK(reason_with(in_turns(0.51)) == Reason::too_many_writers_for_the_disk);
    // Held, but by sleepers who wait for readers that are gone at once.
    CHECK(reason_with(in_turns(0.6, Doing::wait)) == Reason::waiters_asleep);
    CHECK(reason_with({}) == Reason::waiters_asleep);
    // Somebody else who wants it is awake for most of the time.
    LockEvidence busy = one_locked({});
    busy.waiters.push_back({span(0, 600), 2, true, {}});
    CHECK(why_of(busy).reason == Reason::unknown);
    CHECK(why_of(busy).try_.empty());
}

TEST_CASE("harness.why: one hold of half of the wait is a long holder, by pid and command")
{
    CHECK(reason_with({write_hold(9, 0, 499)}) == Reason::waiters_asleep);
    LockEvidence evidence = one_locked({write_hold(9, 0, 501), other_hold(Lock::read, 5, 0, 900)});
    evidence.processes = {{9, 3, "python3 app.py"}};
    const Why why = why_of(evidence);
    CHECK(why.reason == Reason::one_long_holder);
    CHECK(why.locked_writers.at(0).longest->pid == 9);
    CHECK(words_for(why) ==
          "while 1 writer waited, the write lock was held 50 % of 1.0 s and idle 50 %, by 1 "
          "process, longest 501 ms\n  reason: one long holder: pid 9 (python3 app.py), the write "
          "lock for 501 ms; try: a shorter transaction: COMMIT before whatever takes long; or a "
          "timeout longer than the hold");
    // What a writer's child holds is the writer's.
    evidence.waiters.push_back({span(0, 600), 3, false, {}});
    CHECK(why_of(evidence).locked_writers.at(0).longest->writer == 1);
}

TEST_CASE("harness.why: a reader is the reason only where a commit waits for it")
{
    const Hold reader = other_hold(Lock::read, 5, 0, 900);
    CHECK(reason_with({write_hold(9, 0, 501, Doing::wait), reader}) ==
          Reason::a_reader_held_up_the_commit);
    CHECK(reason_with({write_hold(9, 0, 499, Doing::wait), reader}) == Reason::waiters_asleep);
    CHECK(reason_with({write_hold(9, 0, 900, Doing::wait), other_hold(Lock::read, 5, 0, 499)}) ==
          Reason::waiters_asleep);
}

TEST_CASE("harness.why: a checkpoint or recovery of half of the wait is the reason")
{
    CHECK(reason_with({write_hold(9, 0, 501, Doing::checkpoint)}) ==
          Reason::checkpoint_or_recovery);
    CHECK(reason_with({write_hold(9, 0, 499, Doing::checkpoint)}) == Reason::waiters_asleep);
    CHECK(reason_with({other_hold(Lock::recovery, 9, 0, 501)}) == Reason::checkpoint_or_recovery);
    CHECK(reason_with({other_hold(Lock::recovery, 9, 0, 499)}) == Reason::waiters_asleep);
    // A PASSIVE one is in no writer's way.
    CHECK(reason_with({other_hold(Lock::checkpoint, 9, 0, 900)}) == Reason::waiters_asleep);
}

TEST_CASE("harness.why: codes and timeouts that say enough come before what was held")
{
    const auto reason = [](std::optional<int> code,
                           std::optional<std::chrono::milliseconds> timeout, bool is_at_once) {
        LockEvidence evidence = one_locked({write_hold(9, 0, 900)});
        evidence.locked = {{0, span(0, 1000), code, timeout, is_at_once}};
        return why_of(evidence).reason;
    };
    CHECK(reason(SQLITE_BUSY_SNAPSHOT, 5s, false) == Reason::refused_at_once);
    CHECK(reason(SQLITE_BUSY_RECOVERY, 5s, false) == Reason::checkpoint_or_recovery);
    CHECK(reason(SQLITE_BUSY, 5s, true) == Reason::refused_at_once);
    CHECK(reason(SQLITE_BUSY, 0s, true) == Reason::no_timeout_set);
    CHECK(reason(std::nullopt, std::nullopt, false) == Reason::one_long_holder);
}

TEST_CASE("harness.why: the trial's reason is that of most, and its account ends with them")
{
    LockEvidence evidence = one_locked(in_turns(1));
    evidence.waiters.push_back({span(0, 1000), 2, true, {}});
    evidence.waiters.push_back({span(0, 1000), 3, true, {}});
    evidence.waiters.push_back({span(0, 5000), 4, true, {}}); // served, and later
    evidence.locked.push_back({1, span(0, 900), SQLITE_BUSY_SNAPSHOT, 5s, true});
    evidence.locked.push_back({2, span(0, 950), SQLITE_BUSY_SNAPSHOT, 5s, true});
    evidence.observer = {7, 1.5, 3, 0.01};
    evidence.notes = {"the observer: the database was removed"};
    const Why why = why_of(evidence);
    CHECK(why.reason == Reason::refused_at_once);
    CHECK(why.reasons == std::map<std::string, std::size_t>{{"refused_at_once", 2},
                                                            {"too_many_writers_for_the_disk", 1}});
    CHECK_THAT(why.span_ms, WithinAbs(1000, 1e-6));
    CHECK(why.holds.count == 100);
    CHECK(why.holds.holders == 100);
    CHECK_THAT(why.holds.ms->max, WithinAbs(10, 1e-6));
    CHECK_THAT(why.doing.at("insert"), WithinAbs(1, 1e-9));
    CHECK(why.source == "both");
    CHECK(why.locked_writers.at(0).writer == 1);
    CHECK(why.locked_writers.at(2).waited_ms == 1000);
    CHECK_THAT(words_for(why),
               ContainsSubstring("while 3 writers waited") &&
                   ContainsSubstring("100 processes in turn") &&
                   ContainsSubstring("note: the observer: the database was removed"));
}

TEST_CASE("harness.why: nobody locked is no reason, and nobody watching is said")
{
    LockEvidence calm = one_locked(in_turns(0.2));
    calm.locked.clear();
    CHECK(why_of(calm).reason == std::nullopt);
    CHECK(words_for(why_of(calm)).empty());
    CHECK_THAT(why_of(calm).held, WithinAbs(0.2, 1e-9));
    CHECK_THAT(why_of(calm).idle_awaited, WithinAbs(0.8, 1e-9));
    CHECK(why_of(calm).handed_over == 0.0);

    LockEvidence unwatched = one_locked({});
    unwatched.any_recorded = false;
    unwatched.waiters[0].is_recorded = false;
    CHECK(why_of(unwatched).reason == Reason::unknown);
    unwatched.observer.emplace();
    unwatched.observed = span(0, 899);
    CHECK(why_of(unwatched).reason == Reason::unknown);
    unwatched.observed = span(0, 901);
    CHECK(why_of(unwatched).reason == Reason::waiters_asleep);
    CHECK(why_of(unwatched).source == "observer");
    unwatched.observer.reset();
    const Why why = why_of(unwatched);
    CHECK(why.source == "none");
    CHECK(why.handed_over == std::nullopt);
    CHECK(why.reason == Reason::unknown);
    CHECK_THAT(words_for(why), ContainsSubstring("nobody watched the locks"));
}

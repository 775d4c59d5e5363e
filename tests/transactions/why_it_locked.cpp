// Goal:   a trial says why its writers were locked: for each reason of the closed list one trial that
//         gives it, and one beside it in which what is offered as its cure cures it.
// Method: real writers against a real crowd, disk, holder, reader or checkpoint; the same writers
//         again with the one thing changed that the account says to try.
#include "fixtures/run/settings.hpp"
#include "fixtures/table/matchers.hpp"
#include "fixtures/transactions/session.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <csignal>
#include <future>
#include <memory>
#include <optional>
#include <vector>

using namespace firstlock;
using namespace std::chrono_literals;

namespace {

Profile rollback(std::chrono::milliseconds timeout)
{
    return with_timeout(profile("rollback"), timeout);
}

Profile wal(std::chrono::milliseconds timeout)
{
    return with_timeout(profile("wal"), timeout);
}

/// A trial on a table of its own. Without `writer`, of the suite's own writers.
Trial crowd_of(std::size_t writers, const Profile& profile, std::optional<Command> writer = {})
{
    FreshTable table;
    table.use(profile);
    return table.insert_in_parallel(example_rows(writers),
                                    {.writer = std::move(writer), .recorded = Recorded::nowhere});
}

/// What has the table open beside a trial, and the trial: its sessions end (SIGKILL) once `time` is
/// over, by which their locks fall: what is verified afterwards is not in their way.
class Beside : public FreshTable {
  public:
    explicit Beside(const Profile& profile) { use(profile); }

    Session& session(std::chrono::milliseconds timeout = {})
    {
        sessions_.push_back(std::make_unique<Session>(database(), timeout));
        return *sessions_.back();
    }
    Trial run(std::size_t writers, std::chrono::milliseconds time)
    {
        const std::vector<Message> rows = example_rows(writers);
        auto running = std::async(std::launch::async, [&] {
            return insert_in_parallel(rows, {.recorded = Recorded::nowhere});
        });
        running.wait_for(time);
        for (const auto& session : sessions_) {
            session->send(SIGKILL);
        }
        return running.get();
    }

  private:
    std::vector<std::unique_ptr<Session>> sessions_;
};

void check_reason(const Trial& trial, Reason reason)
{
    INFO(trial.story());
    CHECK(trial.locked > 0);
    REQUIRE(trial.why);
    CHECK(trial.why->reason == reason);
    std::size_t explained = 0;
    for (const auto& [name, count] : trial.why->reasons) {
        explained += count;
    }
    CHECK(explained == trial.locked);
    CHECK_FALSE(trial.why->try_.empty());
    CHECK(trial.story().find("reason: " + words_for(reason)) != std::string::npos);
}

} // namespace

TEST_CASE(
    "transactions.why: a crowd in rollback is waiters asleep and WAL or a longer timeout cures "
    "it")
{
    constexpr std::size_t crowd = 40;
    const Trial trial = crowd_of(crowd, rollback(1s));
    check_reason(trial, Reason::waiters_asleep);
    CHECK(trial.why->source == "both");
    CHECK(trial.why->idle_awaited + trial.why->held_waiting > 0.5);
    CHECK(trial.why->holds.holders >= trial.acknowledged);

    CHECK_THAT(crowd_of(crowd, with_timeout(profile("recommended"), 1s)), AllRowsStored());
    const Trial patient = crowd_of(crowd, rollback(60s));
    CHECK_THAT(patient, AllRowsStored());
    CHECK(patient.why->reason == std::nullopt);
}

TEST_CASE("transactions.why: WAL with FULL on a slow disk is too many writers and NORMAL cures it")
{
    const Command slow{
        "/bin/sh",
        {"-c", "FIRSTLOCK_TASK_SYNC_MS=200 exec \"$0\"", FIRSTLOCK_SLOW_WRITER_EXECUTABLE},
        {}};
    constexpr std::size_t crowd = 30; // 6 s of syncs
    const Trial trial = crowd_of(crowd, wal(3s), slow);
    check_reason(trial, Reason::too_many_writers_for_the_disk);
    CHECK(trial.why->source == "observer");

    Profile normal = wal(3s);
    normal.settings.synchronous = "normal";
    CHECK_THAT(crowd_of(crowd, normal, slow), AllRowsStored());
}

TEST_CASE(
    "transactions.why: who keeps a transaction open is one long holder by pid and command and "
    "a shorter one or a longer timeout cures it")
{
    const auto mode = GENERATE(as<std::string>(), "rollback", "wal");
    INFO(mode);
    Beside table(with_timeout(profile(mode), 1s));
    Session& holder = table.session();
    holder.begin_writing();
    const Trial trial = table.run(3, 2s);
    check_reason(trial, Reason::one_long_holder);
    CHECK(trial.locked == 3);
    const auto& longest = trial.why->locked_writers.at(0).longest;
    REQUIRE(longest);
    CHECK(longest->pid == holder.pid());
    CHECK(longest->command.find("firstlock-session") != std::string::npos);
    CHECK(longest->ms > 900);
    CHECK_FALSE(longest->writer);

    Beside patient(with_timeout(profile(mode), 30s));
    patient.session().begin_writing();
    CHECK_THAT(patient.run(3, 2s), AllRowsStored());

    Beside brief(with_timeout(profile(mode), 1s));
    Session& committed = brief.session();
    committed.must("BEGIN IMMEDIATE");
    committed.must("COMMIT");
    CHECK_THAT(brief.run(3, 10s), AllRowsStored());
}

TEST_CASE("transactions.why: a writer that sleeps in its transaction is one long holder by its "
          "index")
{
    const Trial trial = crowd_of(4, rollback(1s), rogue_writer("sleeps_in_its_transaction"));
    check_reason(trial, Reason::one_long_holder);
    CHECK(trial.acknowledged == 1);
    const auto& longest = trial.why->locked_writers.at(0).longest;
    REQUIRE(longest->writer);
    for (const LockedWriter& locked : trial.why->locked_writers) {
        CHECK(locked.longest->writer == longest->writer);
        CHECK(locked.writer != longest->writer);
    }
}

TEST_CASE("transactions.why: a transaction that reads and then writes is refused at once and BEGIN "
          "IMMEDIATE cures it")
{
    const auto mode = GENERATE(as<std::string>(), "rollback", "wal");
    INFO(mode);
    const Profile patient = with_timeout(profile(mode), 30s);
    const Trial trial = crowd_of(10, patient, rogue_writer("reads_then_writes"));
    check_reason(trial, Reason::refused_at_once);
    CHECK(trial.refused_at_once == trial.locked);

    CHECK_THAT(crowd_of(10, patient, rogue_writer("begins_immediate_reads_then_writes")),
               AllRowsStored());
}

TEST_CASE("transactions.why: an open reader in rollback holds up the commit and WAL or its end "
          "cures it")
{
    Beside table(rollback(1s));
    Session& reader = table.session();
    reader.begin_reading();
    const Trial trial = table.run(2, 3s);
    check_reason(trial, Reason::a_reader_held_up_the_commit);
    const auto& longest = trial.why->locked_writers.at(0).longest;
    REQUIRE(longest);
    CHECK(longest->pid == reader.pid());
    CHECK(longest->lock == Lock::read);

    Beside in_wal(wal(1s));
    in_wal.session().begin_reading();
    CHECK_THAT(in_wal.run(2, 2s), AllRowsStored());

    Beside shorter(rollback(30s));
    shorter.session().begin_reading();
    CHECK_THAT(shorter.run(2, 1s), AllRowsStored());
}

TEST_CASE(
    "transactions.why: TRUNCATE checkpoints beside a reader are the reason and PASSIVE ones or "
    "a longer timeout cure it")
{
    const auto beside = [&](const std::string& checkpoint, std::chrono::milliseconds timeout) {
        Beside table(wal(timeout));
        Session& reader = table.session();
        reader.begin_reading();
        Session& other = table.session(3s);  // so long it waits for the reader, with the write lock
        other.must("CREATE TABLE later(x)"); // what the reader does not see
        if (checkpoint == ".checkpoint") {
            other.start_waiting(checkpoint);
        } else {
            other.must(checkpoint);
        }
        return table.run(3, 4s);
    };
    const Trial trial = beside(".checkpoint", 1s);
    check_reason(trial, Reason::checkpoint_or_recovery);
    CHECK(trial.locked == 3);
    CHECK(trial.why->doing.at("checkpoint") > 0.5);

    CHECK_THAT(beside("PRAGMA wal_checkpoint(PASSIVE)", 1s), AllRowsStored());
    CHECK_THAT(beside(".checkpoint", 30s), AllRowsStored());
}

TEST_CASE("transactions.why: without a timeout it is that and one cures it")
{
    const auto mode = GENERATE(as<std::string>(), "rollback", "wal");
    INFO(mode);
    Trial trial;
    for (int tries = 0; tries < 20 && trial.locked == 0; ++tries) { // a matter of luck
        trial = crowd_of(30, with_timeout(profile(mode), 0s));
    }
    check_reason(trial, Reason::no_timeout_set);
    CHECK_THAT(crowd_of(30, with_timeout(profile(mode), 60s)), AllRowsStored());
}

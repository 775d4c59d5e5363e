#include "tests/trust/one_rogue.hpp"

#include "fixtures/run/settings.hpp"
#include "fixtures/table/matchers.hpp"
#include "helpers/process/guardian.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <sys/wait.h>

#include <cerrno>

namespace firstlock {

using namespace std::chrono_literals;

void check_no_child_left()
{
    dismiss_guardian(); // which is one, and none of the case's
    int status = 0;
    const pid_t child = ::waitpid(-1, &status, WNOHANG);
    CHECK(child == -1);
    CHECK(errno == ECHILD);
}

Trial unrecorded_trial(const Profile& profile, const Command& writer, std::size_t writers,
                       const std::filesystem::path& parent)
{
    FreshTable table(parent);
    table.use(profile);
    return table.insert_in_parallel(example_rows(writers),
                                    {.writer = writer, .recorded = Recorded::nowhere});
}

Command rogues(const std::string& first, const std::string& second, const std::string& others)
{
    return {"/bin/sh",
            {"-c",
             R"(case $FIRSTLOCK_TASK_INDEX in 1) mode=$1 ;; 2) mode=$2 ;; *) mode=$3 ;; esac
                [ $mode = honest ] && exec "$4"; exec "$0" $mode)",
             rogue_writer(first).executable.string(), first, second, others,
             own_writer().executable.string()},
            {}};
}

Trial OneRogue::expect(const Command& writer, const Expected& expected, bool stop_at_first_locked)
{
    use(profile("recommended"));
    insert_in_sequence(example_rows(1));
    // A hang is waited for, so these are short; five honest writers need some 20 ms.
    const PoolDeadlines deadlines{.ready = settings().scaled(3s),
                                  .run = settings().scaled(3s),
                                  .grace = settings().scaled(300ms)};
    Trial trial =
        insert_in_parallel(example_rows(writers), {.writer = writer,
                                                   .deadlines = deadlines,
                                                   .stop_at_first_locked = stop_at_first_locked,
                                                   .recorded = Recorded::nowhere});
    INFO(trial.story());
    CHECK(trial.verdict == expected.verdict);
    CHECK(trial.acknowledged == expected.acknowledged);
    CHECK(trial.locked == expected.locked);
    CHECK(trial.failed == expected.failed);
    CHECK(trial.unknown == expected.unknown);
    CHECK(trial.lost == expected.lost);
    CHECK(trial.unexpected == expected.unexpected);
    CHECK(trial.duplicate == expected.duplicate);
    CHECK(trial.unknown_stored == expected.unknown_stored);
    CHECK(trial.ran_out_of_time == expected.ran_out_of_time);
    CHECK(trial.stopped_early == expected.stopped_early);
    CHECK(trial.wait_censored == (expected.verdict == Verdict::void_
                                      ? expected.ran_out_of_time
                                      : expected.locked + expected.unknown > 0));
    CHECK(trial.integrity == "ok");
    CHECK_THAT(trial.story(), Catch::Matchers::ContainsSubstring(expected.story));
    // Where as many rows are lost as are too many, counts show nothing.
    const std::size_t too_many = expected.unexpected + expected.duplicate;
    CHECK(trial.rows_after == trial.rows_before + expected.acknowledged + expected.unknown_stored +
                                  too_many - expected.lost);
    CHECK(CountsAddUp().match(trial) == (expected.lost == too_many));
    CHECK(NothingLost().match(trial) == (expected.lost + too_many == 0));
    CHECK(AllRowsStored().match(trial) == (expected.verdict == Verdict::stored));
    check_no_child_left();
    return trial;
}

} // namespace firstlock

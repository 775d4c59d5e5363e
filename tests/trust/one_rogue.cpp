#include "tests/trust/one_rogue.hpp"

#include "fixtures/run/settings.hpp"
#include "fixtures/table/matchers.hpp"
#include "helpers/sqlite/connection.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <boost/uuid/uuid_io.hpp>

#include <sys/wait.h>

#include <cerrno>

namespace firstlock {

using namespace std::chrono_literals;

void check_no_child_left()
{
    int status = 0;
    const pid_t child = ::waitpid(-1, &status, WNOHANG);
    CHECK(child == -1);
    CHECK(errno == ECHILD);
}

Trial OneRogue::run(const Command& writer)
{
    const auto database = directory_.path() / "rogue.db";
    const std::vector<Message> before = example_rows(1);
    make_table(database, profile("recommended"));
    Connection(database).execute("INSERT INTO messages(msg) VALUES ('" +
                                 boost::uuids::to_string(before[0]) + "')");
    // A hang is waited for, so these are short; five honest writers need some 20 ms.
    const PoolDeadlines deadlines{.ready = settings().scaled(3s),
                                  .run = settings().scaled(3s),
                                  .grace = settings().scaled(300ms)};
    return run_trial({.database = database,
                      .profile = profile("recommended"),
                      .writer = writer,
                      .deadlines = deadlines,
                      .stored = before,
                      .sequential = 1},
                     example_rows(writers));
}

Trial OneRogue::expect(const std::string& mode, const Expected& expected)
{
    const Command rogue = rogue_writer(mode);
    Trial trial =
        run({"/bin/sh",
             {"-c", R"([ "$FIRSTLOCK_TASK_INDEX" = 1 ] && exec "$1" "$2"; exec "$0")",
              own_writer().executable.string(), rogue.executable.string(), rogue.arguments.at(0)},
             {}});
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
    CHECK(trial.integrity == "ok");
    CHECK_THAT(trial.story(), Catch::Matchers::ContainsSubstring(expected.story));
    check_no_child_left();
    return trial;
}

} // namespace firstlock

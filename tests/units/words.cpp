// Goal:   what a search found, what its next question is told, and how long is waited for whom are
//         said and reckoned as they are documented.
// Method: made-up findings and trials, and the whole text or figure that comes of them.
#include "fixtures/run/case_log.hpp"
#include "fixtures/run/scratch_directory.hpp"
#include "fixtures/run/settings.hpp"
#include "fixtures/search/first_lock.hpp"
#include "fixtures/table/writer_pool.hpp"
#include "helpers/results/environment.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <spdlog/logger.h>

#include <unistd.h>

using namespace firstlock;
using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::EndsWith;

TEST_CASE("harness.words: what a search found is told in one sentence")
{
    using Place = WritersOrOutside::Place;
    FirstLock found;
    found.writers_max = 64;
    found.stopped_because = "budget";
    CHECK(describe(found) ==
          "holds no number of writers, no lock seen up to 64; 0 trials, 0 locked, stopped: budget");
    found.trials = 9;
    found.holds = 64;
    found.holds_p_high = 1;
    found.m50 = found.m50_low = found.m50_high = {Place::above, 0};
    CHECK(describe(found) ==
          "holds 64 (too few trials to bound P(lock)), no lock seen up to 64, half of all trials "
          "lock at above 64 (95 %: above 64 to above 64); 9 trials, 0 locked, stopped: budget");
    found.holds = 8;
    found.holds_p_high = 0.0316;
    found.first_lock = 16;
    found.m50 = {Place::inside, 20.2};
    found.m50_low = {Place::below, 0};
    found.trials_locked = 3;
    found.monotone = false;
    CHECK(describe(found) ==
          "holds 8 (P(lock) at most 3.2 %), first lock at 16, half of all trials lock at 21 (95 %: "
          "below 1 to above 64), and P(lock) falls again with more writers; 9 trials, 3 locked, "
          "stopped: budget");
}

TEST_CASE("harness.words: a search is told of a trial what counts for a lock")
{
    TrialRecord trial;
    trial.writers = 20;
    trial.locked = 3;
    trial.total_s = 1.5;
    trial.verdict = Verdict::locked;
    const TrialAnswer locked = answer_of(trial);
    CHECK(locked.writers == 20);
    CHECK(locked.locked_writers == 3);
    CHECK(locked.seconds == 1.5);
    CHECK_FALSE(locked.is_void);
    trial.verdict = Verdict::void_;
    CHECK(answer_of(trial).is_void);
    CHECK(answer_of(trial).locked_writers == 0);
}

TEST_CASE("harness.words: deadlines grow with the crowd and the busy timeout")
{
    const PoolDeadlines few = deadlines_for(0, 0ms);
    CHECK(few.ready == settings().scaled(30s));
    CHECK(few.run == settings().scaled(30s));
    CHECK(few.grace == settings().scaled(2s));
    const PoolDeadlines many = deadlines_for(1000, 5s);
    CHECK(many.ready == settings().scaled(50s));
    CHECK(many.run == settings().scaled(110s));
    CHECK(many.grace == settings().scaled(4s));
}

TEST_CASE("harness.words: the log of a case, by its name, has each line at once [odd/letters]")
{
    const auto file =
        settings().results /
        "logs/"
        "harness.words__the_log_of_a_case__by_its_name__has_each_line_at_once__odd_letters_.log";
    case_log().debug("the first line");
    CHECK_THAT(text_of(file), ContainsSubstring(" D the first line\n"));
    case_log().info("the second");
    CHECK_THAT(text_of(file),
               ContainsSubstring(" D the first line\n") && EndsWith(" I the second\n"));
    CHECK_THAT(replay_command(),
               EndsWith(" --output-on-failure -R '^harness[.]words: the log of a case, "
                        "by its name, has each line at once [[]odd/letters[]]$'"));
    CHECK(shell_quoted("it's") == "'it'\\''s'");
}

#ifdef FIRSTLOCK_LINUX
TEST_CASE("harness.words: the file system of a directory is that of the mount it lies on")
{
    CHECK(file_system_of("/proc/self") == "proc");
    CHECK(file_system_of("/dev/shm/..") != "proc");
    if (std::filesystem::is_directory("/sys/kernel")) {
        CHECK(file_system_of("/sys/kernel") == "sysfs");
    }
}
#endif

TEST_CASE("harness.words: a record names the machine and the SQLite that it was made with")
{
    const ScratchDirectory scratch;
    const Environment here = environment_of(scratch.path());
    CHECK(here.file_system == file_system_of(scratch.path()));
    CHECK(here.cpu_count >= 1);
    CHECK(here.cpu_count <= static_cast<unsigned>(::sysconf(_SC_NPROCESSORS_CONF)));
    std::string host(256, '\0');
    REQUIRE(::gethostname(host.data(), host.size() - 1) == 0);
    host.resize(host.find('\0'));
    CHECK(here.host == host);
    CHECK_THAT(here.kernel, ContainsSubstring(" "));
    CHECK_THAT(here.sqlite_version, ContainsSubstring("3."));
    CHECK(here.sqlite_source_id.size() > 40);
    CHECK(!here.sqlite_options.empty());
}

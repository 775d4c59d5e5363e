// Goal:   what a search found, what its next question is told, and how long is waited for whom are
//         said and reckoned as they are documented.
// Method: made-up findings and trials, and the whole text or figure that comes of them.
#include "fixtures/run/case_log.hpp"
#include "fixtures/run/scratch_directory.hpp"
#include "fixtures/run/settings.hpp"
#include "fixtures/search/first_lock.hpp"
#include "fixtures/table/writer_pool.hpp"
#include "helpers/results/answer.hpp"
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
    SearchState found;
    found.profile = "wal";
    found.busy_timeout_ms = 5000;
    found.max_writers = 64;
    CHECK(answer_in_words(found) == "wal: recorded without waits, by an older firstlock");
    found.curve.emplace();
    CHECK(answer_in_words(found) == "wal: too few trials waited for a curve; seen: no lock");
    found.curve->shape = CurveShape::rising;
    found.curve->half = {{Place::inside, 43.2}, {Place::inside, 40.9}, {Place::above, 0}};
    found.curve->twentieth = {{Place::inside, 39}, {Place::below, 0}, {Place::inside, 41}};
    found.curve->timeouts = {{10, {}, {301, 200, 402}}, {100, {}, {14'200, 9'500, std::nullopt}}};
    found.first_lock = 45;
    found.holds = 32;
    found.holds_trials = 6;
    CHECK(answer_in_words(found) ==
          "wal: half of all crowds of 44 (41 to above) are locked at 5 s, one in twenty of 39 "
          "(below to 41); 100 writers need a timeout of 14 s (9.5 s to more than was tried); seen: "
          "first locked with 45, 6 of 6 clean with 32");
    found.curve->timeouts[1].twentieth = {std::nullopt, 9'500, std::nullopt};
    found.curve->half.writers = {Place::above, 0};
    found.holds_p_high = 0.19;
    found.curve->drift = 1.3;
    found.curve->fits = false;
    found.curve->trials = 12;
    found.curve->strays = 1;
    found.curve->at_once = 0.1;
    found.note = "and so on";
    CHECK(answer_in_words(found) ==
          "wal: at 5 s fewer than half of all crowds are locked up to 64 writers, as many as were "
          "tried; 10 writers need a timeout of 301 ms (200 ms to 402 ms), 100 of more than 9.5 s; "
          "seen: first locked with 45, 6 of "
          "6 clean with 32 (P(lock) at most 19 %); and so on; the machine drifted: waits changed "
          "by a factor of 1.30 over the search; 1 of 13 trials took another course and "
          "are left out; larger crowds wait less than the model has it; 10 % of the trials were "
          "refused at once, which no timeout changes");
    found = {};
    found.profile = "sqlite";
    found.trials = found.trials_locked = 6;
    found.first_lock = 2;
    found.curve.emplace().shape = CurveShape::does_not_wait;
    CHECK(answer_in_words(found) ==
          "sqlite: does not wait: 6 of 6 trials locked; seen: first locked with 2");
}

TEST_CASE("harness.words: headroom and the timeout that a crowd needs stand by its size")
{
    SearchState found;
    found.busy_timeout_ms = 5000;
    found.levels.resize(3);
    found.levels[0].writers = 11;
    found.levels[0].waits_ms = {100, 500, 300};
    found.levels[1].writers = 70; // too far from 100
    found.levels[1].waits_ms = {4999};
    found.levels[2].writers = 1000;
    found.levels[2].censored_waits_ms = {5000};
    CHECK(headroom_at(found, 10) == "0.1");
    CHECK(headroom_at(found, 100) == "-");
    CHECK(headroom_at(found, 1000) == "over 1");
    CHECK(timeout_for(found, 10) == "-");
    found.curve.emplace().timeouts = {{10, {}, {850, 200, 402}},
                                      {100, {}, {std::nullopt, 10'400, std::nullopt}}};
    CHECK(timeout_for(found, 10) == "850 ms");
    CHECK(timeout_for(found, 100) == "over 10 s");
    found.curve->timeouts[1].twentieth.low = 849; // less than ten of them need
    CHECK(timeout_for(found, 100) == "-");
    found.levels[0].waits_ms = {4};
    CHECK(headroom_at(found, 10) == "<0.001");
    found.levels[0].censored_waits_ms = {0, 50}; // refused at once
    CHECK(headroom_at(found, 10) == "0.01");
    found.busy_timeout_ms.reset();
    CHECK(headroom_at(found, 10) == "-");
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
    CHECK_FALSE(locked.waited_ms);
    trial.longest_wait_ms = 77.5;
    CHECK(answer_of(trial).waited_ms == 77.5); // by the clock on the wall, where no other is known
    trial.longest_statement_wait_ms = 53;
    trial.wait_censored = true;
    trial.refused_at_once = 1;
    CHECK(answer_of(trial).waited_ms == 53);
    CHECK(answer_of(trial).is_censored);
    CHECK(answer_of(trial).is_refused_at_once);
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

// Goal:   a writer that does not wait for `go` is found out before it can flatter a measurement.
// Method: rogues that insert, or take the lock, before they are told to go, and one that inserts
//         without being told; honest writers beside them. Then the same in a run's first case, by
//         FIRSTLOCK_WRITER.
#include "fixtures/run/case_log.hpp"
#include "fixtures/run/program_run.hpp"
#include "fixtures/run/settings.hpp"
#include "fixtures/table/early_writes.hpp"
#include "fixtures/table/fresh_table.hpp"
#include "tests/trust/readme_writers.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

using namespace firstlock;
using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;

namespace {

std::string found_in(const Command& writer)
{
    return early_writes_of(writer, deadlines_for(1, 0ms));
}

} // namespace

TEST_CASE("harness.early writer: one that inserts or takes the lock before go is found out")
{
    CHECK(found_in(rogue_writer("inserts_before_ready")) ==
          "the writer has inserted rows between 'firstlock ready' and 'go': 1");
    CHECK(found_in(rogue_writer("begins_before_ready")) ==
          "the writer holds a lock between 'firstlock ready' and 'go' (BEGIN IMMEDIATE: "
          "SQLITE_BUSY)");
    CHECK(found_in(rogue_writer("inserts_without_go")) ==
          "the writer has inserted rows after the end of its stdin, without 'go': 1");
}

TEST_CASE("harness.early writer: one that is slow to insert without go is waited for")
{
    PoolDeadlines deadlines = deadlines_for(1, 0ms);
    deadlines.grace = 0ms; // as if it took longer than that
    CHECK_THAT(early_writes_of(rogue_writer("inserts_without_go"), deadlines),
               ContainsSubstring("without 'go': 1"));
}

TEST_CASE("harness.early writer: honest ones are blameless")
{
    const ScratchDirectory directory;
    CHECK(found_in(own_writer()).empty());
    for (const char* const language : {"sh", "python"}) {
        const std::string writer = readme_writer(language, directory.path());
        CHECK(found_in(shell_writer(writer)).empty());
    }
}

TEST_CASE("harness.early writer: the suite's own goes at the line go and at no other")
{
    const std::string heard =
        GENERATE(as<std::string>(), "\n", "g\n", "no\n", "GO\n", "go \n", "gone\n", "go", "");
    CAPTURE(heard);
    FreshTable table;
    table.use(profile("recommended"));
    Command command = own_writer();
    command.environment = inherited_environment(
        "FIRSTLOCK_", task_environment(table.database(), profile("recommended").settings));
    const auto own = task_environment(0, "0badc0de-0000-4000-8000-000000000000");
    command.environment.insert(command.environment.end(), own.begin(), own.end());
    LineChild writer(command);
    const Deadline deadline(settings().scaled(30s));
    writer.expect("firstlock ready", deadline);
    writer.child().write(heard);
    if (!heard.ends_with('\n')) { // a line is answered by an end, without one of its own
        writer.child().close_stdin();
    }
    const ProgramRun run = writer.finish(deadline);
    CHECK(run.output.empty());
    CHECK(run.status.ok());
    CHECK(table.row_count() == 0);
}

TEST_CASE("harness.early writer: a run with one ends before it has begun")
{
    const ScratchDirectory directory;
    const std::string mode = "inserts_before_ready";
    auto variables = settings_to_pass_on();
    variables.insert(
        variables.end(),
        {"FIRSTLOCK_WRITER=" + shell_quoted(rogue_writer(mode).executable.string()) + " " + mode,
         "FIRSTLOCK_RESULTS=" + (directory.path() / "results").string(),
         "FIRSTLOCK_DIR=" + directory.path().string()});
    const ProgramRun run = run_program(FIRSTLOCK_SETUP_EXECUTABLE, {"setup.the settings*"},
                                       variables, settings().scaled(60s));
    CHECK_FALSE(run.status.ok());
    CHECK_THAT(run.output, ContainsSubstring("the writer has inserted rows between"));
    CHECK_THAT(run.output, ContainsSubstring("FIRSTLOCK_WRITER is '"));
}

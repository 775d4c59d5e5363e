// Goal:   the suite works in a container as it does elsewhere, and what cannot work there says so.
// Method: this executable once more as the first process of a namespace, and where no temporary file
//         can be made. Calls of the system that containers refuse are in refused_calls.cpp.
#include "fixtures/run/program_run.hpp"
#include "fixtures/run/scratch_directory.hpp"
#include "fixtures/run/settings.hpp"
#include "fixtures/table/matchers.hpp"
#include "helpers/process/child.hpp"
#include "tests/trust/one_rogue.hpp"
#include "tests/trust/readme_writers.hpp"
#include "tests/trust/refused_calls.hpp"
#include "tests/trust/second_self.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <string>
#include <vector>

using namespace firstlock;
using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;

#ifdef FIRSTLOCK_LINUX

namespace {

/// For another process: where this one has its databases and logs, and its patience.
std::vector<std::string> own_settings()
{
    auto variables = settings_to_pass_on();
    variables.push_back("FIRSTLOCK_DIR=" + settings().directory.string());
    variables.push_back("FIRSTLOCK_RESULTS=" + settings().results.string());
    return variables;
}

} // namespace

TEST_CASE("helper.a pool of the first process that adopts what its writers leave", "[.]")
{
    REQUIRE(::getpid() == 1);
    const Command writer{
        "/bin/sh",
        {"-c", R"(sh -c "sleep 1000000 &"; exec "$0")", own_writer().executable.string()},
        {}};
    for (int round = 0; round < 2; ++round) {
        const Trial trial = unrecorded_trial(profile("recommended"), writer, 20);
        CHECK_THAT(trial, AllRowsStored());
    }
    tell_what_a_pool_stores();
}

TEST_CASE("helper.a first process that is terminated", "[.]")
{
    REQUIRE(::getpid() == 1);
    const Child child({"/bin/cat", {}, {}});
    ::raise(SIGTERM);
    tell("survived", "it");
}

namespace {

/// The case as the first process of a namespace, as in a container. Skips where there may be none.
ProgramRun run_as_first_process(const std::string& hidden_case)
{
    if (!succeeds("unshare --pid --fork --mount-proc true")) {
        SKIP("this user may make no namespace of processes (unshare --pid)");
    }
    return run_program("/bin/sh",
                       {"-c", R"(exec unshare --pid --fork --mount-proc "$0" "$1")",
                        std::string(FIRSTLOCK_OWN_EXECUTABLE), hidden_case},
                       own_settings(), settings().scaled(60s));
}

} // namespace

TEST_CASE("harness.containers: the first process of one runs pools though orphans become its own")
{
    const ProgramRun run = run_as_first_process(
        "helper.a pool of the first process that adopts what its writers leave");
    CAPTURE(run.output);
    CHECK(run.status.ok());
    CHECK_THAT(run.output, ContainsSubstring("stored 20\n"));
}

TEST_CASE("harness.containers: the first process of one ends when it is told to")
{
    const ProgramRun run = run_as_first_process("helper.a first process that is terminated");
    CHECK(run.status == ExitStatus{128 + SIGTERM, 0});
    CHECK_THAT(run.output, !ContainsSubstring("survived"));
}

TEST_CASE("harness.containers: where no temporary file can be made the cases that need one say so")
{
    const ScratchDirectory scratch;
    const std::string how = GENERATE("missing", "read-only");
    CAPTURE(how);
    auto variables = own_settings();
    variables.push_back("TMPDIR=" +
                        (scratch.path() / (how == "missing" ? "no_such_place" : "")).string());
    if (how == "read-only" && !succeeds("unshare --mount mount -t tmpfs -o ro tmpfs /tmp")) {
        SKIP("this user may not mount a read-only file system here");
    }
    const std::string command =
        how == "missing" ? R"(exec "$0" "$1")" : R"(exec unshare --mount sh -c \
                              'mount -t tmpfs -o ro tmpfs "$TMPDIR" && exec "$0" "$1"' "$0" "$1")";
    const ProgramRun run =
        run_program("/bin/sh",
                    {"-c", command, std::string(FIRSTLOCK_OWN_EXECUTABLE),
                     "harness.directories: the user nobody*,harness.limits: too few descriptors*"},
                    variables, settings().scaled(60s));
    CAPTURE(run.output);
    constexpr int all_skipped = 4; // as Catch2 has it
    CHECK(run.status.code == all_skipped);
    CHECK_THAT(run.output, ContainsSubstring("TMPDIR"));
    CHECK_THAT(run.output, ContainsSubstring(how == "missing" ? "no_such_place" : "Read-only"));
}

#endif

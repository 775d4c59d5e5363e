// Goal:   the gate passes, fails and skips as promised, on real trials; senseless files are
//         refused.
// Method: the gate's own executable is run on promise files and baselines made for the purpose,
//         with results in a scratch directory, and its exit status is looked at: 0 passed, 4
//         skipped, anything else failed.
#include "fixtures/run/program_run.hpp"
#include "fixtures/run/scratch_directory.hpp"
#include "fixtures/run/settings.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <cstdlib>
#include <fstream>

using namespace firstlock;
using Catch::Matchers::ContainsSubstring;

namespace {

constexpr int skipped = 4; // Catch2's status when every case of a run was skipped

class GateRun {
  public:
    ProgramRun gate(const std::string& what, const std::string& text,
                    std::vector<std::string> environment = {})
    {
        const auto file = directory_.path() / "file.json";
        std::ofstream(file) << text;
        environment.push_back((what == "promise" ? "FIRSTLOCK_PROMISES=" : "FIRSTLOCK_BASELINE=") +
                              file.string());
        environment.push_back("FIRSTLOCK_RESULTS=" + (directory_.path() / "results").string());
        const std::string name = what == "promise"
                                     ? "gate.every promise is kept"
                                     : "gate.no profile locks more often than in the baseline";
        return run_program(FIRSTLOCK_GATE_EXECUTABLE, {name}, environment,
                           settings().scaled(std::chrono::minutes(2)));
    }

    const std::filesystem::path& directory() const { return directory_.path(); }

  private:
    ScratchDirectory directory_;
};

const char* const undecidable = R"({"schema": 1, "promises": [
    {"profile": "recommended", "writers": 5, "tolerated": 0.0001, "refuted": 0.001}]})";

} // namespace

TEST_CASE_METHOD(GateRun, "promises.one that holds passes")
{
    const ProgramRun run = gate("promise", R"({"schema": 1, "promises": [
        {"profile": "recommended", "writers": 20, "tolerated": 0.05, "refuted": 0.5}]})");
    CAPTURE(run.output);
    CHECK(run.status.ok());
    CHECK_THAT(run.output, ContainsSubstring("kept: promised: recommended holds 20 writers"));
}

TEST_CASE_METHOD(GateRun, "promises.one that cannot hold fails with the evidence")
{
    // Timeout 0 and fifty writers at once: nobody waits, so somebody is locked.
    const ProgramRun run = gate("promise", R"({"schema": 1, "promises": [
        {"profile": "sqlite", "writers": 50, "tolerated": 0.01, "refuted": 0.2}]})");
    CAPTURE(run.output);
    CHECK_FALSE(run.status.ok());
    CHECK(run.status.code != skipped);
    CHECK_THAT(run.output,
               ContainsSubstring("broken: promised: sqlite holds 50 writers with at most 1 % "
                                 "of trials locked"));
}

TEST_CASE_METHOD(GateRun, "promises.one that cannot be decided fails and says what it would take")
{
    const ProgramRun run = gate("promise", undecidable, {"FIRSTLOCK_TRIALS=3"});
    CAPTURE(run.output);
    CHECK_FALSE(run.status.ok());
    CHECK(run.status.code != skipped);
    CHECK_THAT(run.output, ContainsSubstring("more clean trials in a row"));
}

TEST_CASE_METHOD(GateRun, "promises.one that cannot be decided is skipped where that was asked for")
{
    const ProgramRun run =
        gate("promise", undecidable, {"FIRSTLOCK_TRIALS=3", "FIRSTLOCK_UNDECIDED=skip"});
    CAPTURE(run.output);
    CHECK(run.status.code == skipped);
}

TEST_CASE_METHOD(GateRun, "promises.none at all fails")
{
    const ProgramRun run = run_program(FIRSTLOCK_GATE_EXECUTABLE, {"gate.every promise is kept"},
                                       {}, settings().scaled(std::chrono::minutes(2)));
    CHECK_FALSE(run.status.ok());
    CHECK(run.status.code != skipped);
}

TEST_CASE_METHOD(GateRun, "promises.a baseline that still holds passes")
{
    const ProgramRun run =
        gate("baseline", R"({"schema": 1, "first_lock": [{"profile": "recommended",
        "holds": 20, "levels": [{"writers": 20, "trials": 10, "locked_trials": 0}]}]})");
    CAPTURE(run.output);
    CHECK(run.status.ok());
}

TEST_CASE_METHOD(GateRun,
                 "promises.a baseline of all locked trials, or of too few, shows nothing and fails")
{
    const ProgramRun run = gate("baseline", R"({"schema": 1, "first_lock": [{"profile": "sqlite",
        "holds": 1, "levels": [{"writers": 1, "trials": 1, "locked_trials": 1},
                               {"writers": 2, "trials": 0, "locked_trials": 0}]}]})");
    CAPTURE(run.output);
    CHECK_FALSE(run.status.ok());
    CHECK(run.status.code != skipped);
}

TEST_CASE_METHOD(GateRun, "promises.writers that all fail decide neither a promise nor a baseline")
{
    const std::string writer = "FIRSTLOCK_WRITER=sh -c 'echo firstlock ready; read go; echo "
                               "firstlock failed 14 unable to open'";
    const auto [what, text] = GENERATE(table<std::string, std::string>(
        {{"promise", R"({"schema": 1, "promises": [{"profile": "recommended", "writers": 2}]})"},
         {"baseline", R"({"schema": 1, "first_lock": [{"profile": "recommended",
        "holds": 2, "levels": [{"writers": 2, "trials": 10, "locked_trials": 0}]}]})"}}));
    const ProgramRun run = gate(what, text, {writer});
    CAPTURE(run.output);
    CHECK_FALSE(run.status.ok());
    CHECK(run.status.code != skipped);
    CHECK_THAT(run.output, ContainsSubstring("undecided"));
    CHECK_THAT(run.output, ContainsSubstring("5 void trials besides, the last because: 2 failed"));
    CHECK_THAT(run.output, !ContainsSubstring("clean trials in a row"));
    CHECK(gate(what, text, {writer, "FIRSTLOCK_UNDECIDED=skip"}).status.code == skipped);
}

TEST_CASE_METHOD(GateRun,
                 "promises.a baseline that the budget is too short to compare is undecided")
{
    const ProgramRun run =
        gate("baseline", R"({"schema": 1, "first_lock": [{"profile": "recommended",
        "holds": 20, "levels": [{"writers": 20, "trials": 10, "locked_trials": 0}]}]})",
             {"FIRSTLOCK_BUDGET_S=0.1"});
    CAPTURE(run.output);
    CHECK_FALSE(run.status.ok());
    CHECK(run.status.code != skipped);
    CHECK_THAT(run.output, ContainsSubstring("undecided: recommended with 20 writers"));
}

TEST_CASE_METHOD(
    GateRun,
    "promises.one that is kept in every second trial, with void ones between, is undecided")
{
    if (std::system("command -v sqlite3 >/dev/null") != 0) {
        SKIP("no command sqlite3 on this machine");
    }
    const auto script = directory() / "every-second";
    std::ofstream(script) << R"sh(echo firstlock ready; read go
echo x >> "$1"
if [ $(($(wc -l < "$1") % 2)) = 0 ]; then echo "firstlock failed 14 unable to open"; exit; fi
sqlite3 "$FIRSTLOCK_TASK_DATABASE" "INSERT INTO messages(msg) VALUES ('$FIRSTLOCK_TASK_MESSAGE')" &&
    echo firstlock ok || echo firstlock failed 1 sqlite3
)sh";
    const ProgramRun run = gate("promise", R"({"schema": 1, "promises": [
        {"profile": "recommended", "writers": 1, "tolerated": 0.05, "refuted": 0.5}]})",
                                {"FIRSTLOCK_WRITER=sh '" + script.string() + "' '" +
                                 (directory() / "trials").string() + "'"});
    CAPTURE(run.output);
    CHECK_FALSE(run.status.ok());
    CHECK_THAT(run.output, ContainsSubstring("undecided: not kept were the void trials locked"));
}

TEST_CASE_METHOD(GateRun, "promises.a failure says how to run it again under the same settings")
{
    const ProgramRun run = gate("promise", undecidable, {"FIRSTLOCK_TRIALS=3"});
    CHECK_THAT(run.output, ContainsSubstring("FIRSTLOCK_TRIALS='3'"));
    CHECK_THAT(run.output, ContainsSubstring("FIRSTLOCK_PROMISES='"));
    CHECK_THAT(run.output, ContainsSubstring("FIRSTLOCK_SEED="));
}

TEST_CASE_METHOD(GateRun, "promises.a baseline that was better than this fails with the p-value")
{
    const ProgramRun run = gate("baseline", R"({"schema": 1, "first_lock": [{"profile": "sqlite",
        "holds": 50, "levels": [{"writers": 50, "trials": 10, "locked_trials": 0}]}]})");
    CAPTURE(run.output);
    CHECK_FALSE(run.status.ok());
    CHECK_THAT(run.output, ContainsSubstring("Fisher's exact test, one-sided: p at most "));
}

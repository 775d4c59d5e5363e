// Goal:   the gate passes, fails and skips as promised, on real trials.
// Method: the gate's own executable is run on promise files and baselines made for the purpose,
//         with results in a scratch directory, and its exit status is looked at: 0 passed, 4
//         skipped, anything else failed.
#include "fixtures/run/program_run.hpp"
#include "fixtures/run/scratch_directory.hpp"
#include "fixtures/run/settings.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <spdlog/fmt/fmt.h>

#include <cstdlib>
#include <fstream>

using namespace firstlock;
using Catch::Matchers::ContainsSubstring;

namespace {

/// What the gate is run on: the case that reads it, the setting that names it, and its text.
struct GateFile {
    std::string case_, setting, text;
};

GateFile promise(const char* profile, int writers, double tolerated, double refuted)
{
    return {"gate.every promise is kept", "FIRSTLOCK_PROMISES",
            fmt::format(R"({{"schema": 1, "promises": [{{"profile": "{}", "writers": {},
                "tolerated": {}, "refuted": {}}}]}})",
                        profile, writers, tolerated, refuted)};
}

GateFile baseline(const char* profile, int writers, int trials, int locked)
{
    return {"gate.no profile locks more often than in the baseline", "FIRSTLOCK_BASELINE",
            fmt::format(R"({{"schema": 1, "first_lock": [{{"profile": "{}", "holds": {},
                "levels": [{{"writers": {}, "trials": {}, "locked_trials": {}}}]}}]}})",
                        profile, writers, writers, trials, locked)};
}

const GateFile undecidable = promise("recommended", 5, 0.0001, 0.001);

enum class Ends { passed = 0, skipped = 4, failed = 1 };

class GateRun {
  public:
    /// Runs the gate on `file`: it has to end so, and to print what `says` matches.
    template <typename Says>
    void check(Ends ends, const Says& says, const GateFile& file,
               std::vector<std::string> environment = {}) const
    {
        const auto path = directory_.path() / "file.json";
        std::ofstream(path) << file.text;
        environment.push_back(file.setting + "=" + path.string());
        environment.push_back("FIRSTLOCK_RESULTS=" + (directory_.path() / "results").string());
        const ProgramRun run = run_program(FIRSTLOCK_GATE_EXECUTABLE, {file.case_}, environment,
                                           settings().scaled(std::chrono::minutes(2)));
        CAPTURE(run.output);
        CHECK(run.status.ok() == (ends == Ends::passed));
        CHECK((run.status.code == static_cast<int>(Ends::skipped)) == (ends == Ends::skipped));
        CHECK_THAT(run.output, says);
    }
    void check(Ends ends, const char* says, const GateFile& file,
               const std::vector<std::string>& environment = {}) const
    {
        check(ends, ContainsSubstring(says), file, environment);
    }

    const std::filesystem::path& directory() const { return directory_.path(); }

  private:
    ScratchDirectory directory_;
};

} // namespace

TEST_CASE_METHOD(GateRun, "promises.one that holds passes")
{
    check(Ends::passed, "kept: promised: recommended holds 20 writers",
          promise("recommended", 20, 0.05, 0.5));
}

TEST_CASE_METHOD(GateRun, "promises.one that cannot hold fails with the evidence")
{
    // Timeout 0 and fifty writers at once: nobody waits, so somebody is locked.
    check(Ends::failed,
          "broken: promised: sqlite holds 50 writers with at most 1 % of trials locked",
          promise("sqlite", 50, 0.01, 0.2));
}

TEST_CASE_METHOD(GateRun, "promises.one that cannot be decided fails and says what it would take")
{
    check(Ends::failed, "more clean trials in a row", undecidable, {"FIRSTLOCK_TRIALS=3"});
}

TEST_CASE_METHOD(GateRun, "promises.one that cannot be decided is skipped where that was asked for")
{
    check(Ends::skipped, "undecided", undecidable,
          {"FIRSTLOCK_TRIALS=3", "FIRSTLOCK_UNDECIDED=skip"});
}

TEST_CASE_METHOD(GateRun, "promises.none at all fails")
{
    check(Ends::failed, "FIRSTLOCK_PROMISES names the promise file",
          {undecidable.case_, "NO_SETTING", ""});
}

TEST_CASE_METHOD(GateRun, "promises.a baseline that still holds passes")
{
    check(Ends::passed, "no worse: recommended with 20 writers",
          baseline("recommended", 20, 10, 0));
}

TEST_CASE_METHOD(GateRun,
                 "promises.a baseline of all locked trials, or of too few, shows nothing and fails")
{
    const int locked = GENERATE(0, 1);
    check(Ends::failed, "shows no change", baseline("sqlite", 1, 1, locked));
}

TEST_CASE_METHOD(GateRun, "promises.writers that all fail decide neither a promise nor a baseline")
{
    const std::string writer = "FIRSTLOCK_WRITER=sh -c 'echo firstlock ready; read go; echo "
                               "firstlock failed 14 unable to open'";
    const auto file = GENERATE(values<GateFile>(
        {promise("recommended", 2, 0.01, 0.05), baseline("recommended", 2, 10, 0)}));
    check(Ends::failed,
          ContainsSubstring("undecided") &&
              ContainsSubstring("5 void trials besides, the last because: 2 failed") &&
              !ContainsSubstring("clean trials in a row"),
          file, {writer});
    check(Ends::skipped, "undecided", file, {writer, "FIRSTLOCK_UNDECIDED=skip"});
}

TEST_CASE_METHOD(GateRun,
                 "promises.a baseline that the budget is too short to compare is undecided")
{
    check(Ends::failed, "undecided: recommended with 20 writers",
          baseline("recommended", 20, 10, 0), {"FIRSTLOCK_BUDGET_S=0.1"});
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
    check(Ends::failed, "undecided: not kept were the void trials locked",
          promise("recommended", 1, 0.05, 0.5),
          {"FIRSTLOCK_WRITER=sh '" + script.string() + "' '" + (directory() / "trials").string() +
           "'"});
}

TEST_CASE_METHOD(GateRun, "promises.a failure says how to run it again under the same settings")
{
    check(Ends::failed,
          ContainsSubstring("FIRSTLOCK_TRIALS='3'") && ContainsSubstring("FIRSTLOCK_PROMISES='") &&
              ContainsSubstring("FIRSTLOCK_SEED="),
          undecidable, {"FIRSTLOCK_TRIALS=3"});
}

TEST_CASE_METHOD(GateRun, "promises.a baseline that was better than this fails with the p-value")
{
    check(Ends::failed, "Fisher's exact test, one-sided: p at most ",
          baseline("sqlite", 50, 10, 0));
}

#pragma once

#include "fixtures/run/program_run.hpp"
#include "fixtures/run/scratch_directory.hpp"
#include "fixtures/run/settings.hpp"
#include "fixtures/table/trial.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <spdlog/fmt/fmt.h>

#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

namespace firstlock {

/// What the gate is run on: the case that reads it, the setting that names it, and its text.
struct GateFile {
    std::string case_, setting, text;
};

/// `more` is put after the other keys of the promise: `, "headroom": 0.5`.
inline GateFile promise(const char* profile, int writers, double tolerated, double refuted,
                        const std::string& more = "")
{
    return {"gate.every promise is kept", "FIRSTLOCK_PROMISES",
            fmt::format(R"({{"schema": 1, "promises": [{{"profile": "{}", "writers": {},
                "tolerated": {}, "refuted": {}{}}}]}})",
                        profile, writers, tolerated, refuted, more)};
}

/// The search's own writer is the suite's; `more` is put after the other keys of the level.
inline GateFile baseline(const char* profile, int writers, int trials, int locked,
                         const std::string& more = "")
{
    return {"gate.no profile locks more often or waits longer than in the baseline",
            "FIRSTLOCK_BASELINE",
            fmt::format(R"({{"schema": 1, "first_lock": [{{"profile": "{}", "holds": {},
                "writer": "{}", "levels": [
                {{"writers": {}, "trials": {}, "locked_trials": {}{}}}]}}]}})",
                        profile, writers, own_writer_name, writers, trials, locked, more)};
}

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
        check(ends, Catch::Matchers::ContainsSubstring(says), file, environment);
    }

    /// The setting for a writer that is a shell script; $1 is a file of its own.
    std::string writer(const std::string& text) const
    {
        const auto script = directory() / "writer";
        std::ofstream(script) << "echo firstlock ready; read go\n" << text;
        return fmt::format("FIRSTLOCK_WRITER=sh '{}' '{}'", script.string(),
                           (directory() / "notes").string());
    }
    const std::filesystem::path& directory() const { return directory_.path(); }

  private:
    ScratchDirectory directory_;
};

/// Whether this machine has what `inserting` needs.
inline bool has_sqlite3_command()
{
    return std::system("command -v sqlite3 >/dev/null") == 0;
}

constexpr const char* inserting = R"sh(
sqlite3 "$FIRSTLOCK_TASK_DATABASE" "INSERT INTO messages(msg) VALUES ('$FIRSTLOCK_TASK_MESSAGE')" &&
    echo firstlock ok || echo firstlock failed 1 sqlite3
)sh";
/// Fails in every second trial, where each has one writer.
constexpr const char* failing_every_second_time = R"sh(
echo x >> "$1"
if [ $(($(wc -l < "$1") % 2)) = 0 ]; then echo "firstlock failed 14 unable to open"; exit; fi
)sh";

} // namespace firstlock

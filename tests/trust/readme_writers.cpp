#include "tests/trust/readme_writers.hpp"

#include "fixtures/run/case_log.hpp"
#include "fixtures/run/program_run.hpp"
#include "fixtures/run/settings.hpp"

#include <catch2/catch_test_macros.hpp>

#include <fstream>
#include <map>
#include <stdexcept>

namespace firstlock {
namespace {

struct Language {
    std::string command; ///< in front of the file's name
    std::string probe;   ///< a shell command that succeeds where the writer can run
    std::string needs;
};

const Language& language_of(const std::string& name)
{
    static const std::map<std::string, Language> languages{
        {"sh", {"sh", "command -v sqlite3", "the sqlite3 command"}},
        {"python", {"python3", "python3 -c 'import sqlite3'", "python3 with its module sqlite3"}},
        {"node",
         {"node", "node -e 'require(\"node:sqlite\")'", "node 22.5 or newer, with node:sqlite"}},
    };
    return languages.at(name);
}

} // namespace

bool succeeds(const std::string& shell_command)
{
    return run_program("/bin/sh", {"-c", "exec >/dev/null 2>&1; " + shell_command}, {},
                       settings().scaled(std::chrono::seconds(30)))
        .status.ok();
}

std::string readme_writer_text(const std::string& language)
{
    const std::string page = language == "node" ? "fixtures/table/README.md" : "README.md";
    std::ifstream readme(std::filesystem::path(FIRSTLOCK_SOURCE_DIRECTORY) / page);
    const std::string marker = "<!-- writer: " + language + " -->";
    std::string line;
    while (std::getline(readme, line) && line != marker) {
    }
    std::getline(readme, line); // the fence
    if (!readme || !line.starts_with("```")) {
        throw std::runtime_error(page + " has no fenced block after the line '" + marker + "'");
    }
    std::string text;
    while (std::getline(readme, line) && line != "```") {
        text += line + "\n";
    }
    return text;
}

std::string readme_writer(const std::string& language, const std::filesystem::path& directory)
{
    const Language& runs = language_of(language);
    if (!succeeds(runs.probe)) {
        SKIP("this machine lacks " << runs.needs);
    }
    const auto file = directory / "readme_writer";
    std::ofstream(file) << readme_writer_text(language);
    return runs.command + " " + shell_quoted(file.string());
}

} // namespace firstlock

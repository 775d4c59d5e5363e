// Goal:   a setting that makes no sense stops the run and says which, what it holds and what it
//         accepts.
// Method: each variable of fixtures/run/settings.cpp is set in this process, read_settings() is called,
//         and the environment is put back as it was.
#include "fixtures/run/settings.hpp"
#include "fixtures/run/scratch_directory.hpp"
#include "tests/units/environment_variable.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <fstream>
#include <list>

using namespace firstlock;
using Catch::Matchers::ContainsSubstring;

namespace {

void check_refused(const std::string& name, const std::string& value, const std::string& accepted)
{
    CAPTURE(name, value);
    const EnvironmentVariable variable(name, value);
    CHECK_THROWS_AS(read_settings(), SettingsError);
    CHECK_THROWS_WITH(read_settings(),
                      ContainsSubstring(name + " is '" + value + "'; accepted: ") &&
                          ContainsSubstring(accepted));
}

} // namespace

TEST_CASE(
    "harness.settings: a senseless value names the variable and the value and what is accepted")
{
    const auto [name, value, accepted] = GENERATE(table<std::string, std::string, std::string>({
        {"FIRSTLOCK_DIR", "/no/such/place", "an existing directory"},
        {"FIRSTLOCK_DIR", "/dev/null", "an existing directory"},
        {"FIRSTLOCK_PROFILE", "nosuch", "recommended"},
        {"FIRSTLOCK_PROFILE", "python,rails", "recommended"},
        {"FIRSTLOCK_PROFILES", "python,nosuch", "'nosuch' is not a profile"},
        {"FIRSTLOCK_PROFILES", "python,", "'' is not a profile"},
        {"FIRSTLOCK_MAX_WRITERS", "0", "a whole number from 1 to 10000"},
        {"FIRSTLOCK_MAX_WRITERS", "10001", "a whole number from 1 to 10000"},
        {"FIRSTLOCK_MAX_WRITERS", "1e3", "a whole number from 1 to 10000"},
        {"FIRSTLOCK_TRIALS", "-3", "a whole number from 1"},
        {"FIRSTLOCK_TRIALS", "ten", "a whole number from 1"},
        {"FIRSTLOCK_BUDGET_S", "0", "seconds from 0.1"},
        {"FIRSTLOCK_BUDGET_S", "60s", "seconds from 0.1"},
        {"FIRSTLOCK_SEED", "-1", "a whole number from 0"},
        {"FIRSTLOCK_SEED", "18446744073709551616", "a whole number from 0"},
        {"FIRSTLOCK_PROMISES", "/no/such/file", "an existing promise file"},
        {"FIRSTLOCK_PROMISES", "/proc", "an existing promise file"},
        {"FIRSTLOCK_RESULTS", "/dev/null/results", "a directory that exists or can be made"},
        {"FIRSTLOCK_WRITER", "", "a command that speaks the writer protocol"},
        {"FIRSTLOCK_DEADLINE_FACTOR", "nan", "a number from 0.1 to 100"},
        {"FIRSTLOCK_DEADLINE_FACTOR", "1,5", "a number from 0.1 to 100"},
        {"FIRSTLOCK_DEADLINE_FACTOR", "0", "a number from 0.1 to 100"},
        {"FIRSTLOCK_UNDECIDED", "pass", "fail, skip"},
        {"FIRSTLOCK_KEEP", "yes", "0, 1"},
        {"FIRSTLOCK_DEPTH", "deeper", "brief, deep"},
        {"FIRSTLOCK_BASELINE", "/no/such/file", "an existing summary.json"},
        {"FIRSTLOCK_WAL_RESET", "ignore", "warn, fail"},
    }));
    check_refused(name, value, accepted);
    // Empty is as senseless: it is how the unset variable of a script arrives.
    check_refused(name, "", "or leave it unset");
}

TEST_CASE("harness.settings: an unknown name with the prefix is refused with the known ones")
{
    const std::string typo = GENERATE(as<std::string>(), "FIRSTLOCK_PROFIL", "FIRSTLOCK_");
    const EnvironmentVariable variable(typo, "1");
    CHECK_THROWS_WITH(read_settings(),
                      ContainsSubstring(typo + " is not a setting of firstlock; accepted: ") &&
                          ContainsSubstring("FIRSTLOCK_PROFILE, "));
}

TEST_CASE("harness.settings: sensible values are taken")
{
    const ScratchDirectory scratch;
    const auto promises = scratch.path() / "promises.json";
    std::ofstream(promises) << "{}";
    std::list<EnvironmentVariable> all;
    for (const auto& [name, value] : std::vector<std::pair<std::string, std::string>>{
             {"DIR", scratch.path().string()},
             {"RESULTS", (scratch.path() / "made/for this").string()},
             {"PROFILE", "python"},
             {"PROFILES", "rails,sqlite"},
             {"MAX_WRITERS", "77"},
             {"TRIALS", "9"},
             {"BUDGET_S", "2.5"},
             {"SEED", "18446744073709551615"},
             {"PROMISES", promises.string()},
             {"WRITER", "python3 'my writer.py'"},
             {"DEADLINE_FACTOR", "2.5"},
             {"UNDECIDED", "skip"},
             {"KEEP", "1"},
             {"DEPTH", "deep"}}) {
        all.emplace_back("FIRSTLOCK_" + name, value);
    }

    const Settings read = read_settings();
    CHECK(read.directory == std::filesystem::canonical(scratch.path()));
    CHECK(std::filesystem::is_directory(read.results));
    CHECK(read.profile == "python");
    CHECK(read.profiles == std::vector<std::string>{"rails", "sqlite"});
    CHECK(read.writers_max == 77);
    CHECK(read.trials == 9);
    CHECK(read.budget_s == 2.5);
    CHECK(read.seed == UINT64_MAX);
    CHECK(read.promises == std::filesystem::canonical(promises));
    CHECK(read.writer == "python3 'my writer.py'");
    CHECK(read.scaled(std::chrono::milliseconds(100)) == std::chrono::milliseconds(250));
    CHECK(read.skip_undecided);
    CHECK(read.keep);
    CHECK(read.depth == Depth::deep);
}

TEST_CASE("harness.settings: the bounds that a message names are accepted, and no more")
{
    const auto [name, low, high, below, above] =
        GENERATE(table<std::string, std::string, std::string, std::string, std::string>(
            {{"FIRSTLOCK_MAX_WRITERS", "1", "10000", "0", "10001"},
             {"FIRSTLOCK_TRIALS", "1", "1000000", "0", "1000001"},
             {"FIRSTLOCK_BUDGET_S", "0.1", "604800", "0.09", "604801"},
             {"FIRSTLOCK_SEED", "0", "18446744073709551615", "-1", "18446744073709551616"},
             {"FIRSTLOCK_DEADLINE_FACTOR", "0.1", "100", "0.09", "100.1"}}));
    for (const std::string& value : {low, high}) {
        const EnvironmentVariable variable(name, value);
        CAPTURE(name, value);
        CHECK_NOTHROW(read_settings());
    }
    for (const std::string& value : {below, above}) {
        const EnvironmentVariable variable(name, value);
        CAPTURE(name, value);
        CHECK_THROWS_AS(read_settings(), SettingsError);
    }
}

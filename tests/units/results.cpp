// Goal:   what is recorded is what is read back, by this version and by those to come; what cannot
//         be understood is named.
// Method: results that were recorded before (tests/units/data), read and written again, key by key;
//         their tables are those that were printed then. Never on the results of this run, which
//         have to balance.
#include "fixtures/run/program_run.hpp"
#include "fixtures/run/scratch_directory.hpp"
#include "helpers/results/recorded_files.hpp"
#include "helpers/results/results_folder.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <nlohmann/json.hpp>

using namespace firstlock;
using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;
using nlohmann::json;

namespace {

/// Recorded by version 0.1, of a few trials and searches. The lines of the systems A, C and E in
/// web.jsonl are made of recorded ones of the systems A and B.
const std::filesystem::path recorded(FIRSTLOCK_SOURCE_DIRECTORY "/tests/units/data/results-0.1");

/// All keys in `value`, those of objects within it included: "/first_lock/0/levels/0/p_low".
std::vector<std::string> keys_of(const json& value)
{
    std::vector<std::string> keys;
    const json flat = value.flatten();
    for (const auto& [key, inner] : flat.items()) {
        keys.push_back(key);
    }
    return keys;
}

} // namespace

TEST_CASE("harness.results: a line reads back as the record that it was")
{
    const auto lines = read_lines(recorded / "trials.jsonl");
    const auto trials = ResultsFolder(recorded).trials();
    REQUIRE(trials.size() == lines.size());
    for (std::size_t at = 0; at < lines.size(); ++at) {
        CHECK(json::parse(line_of(trials[at])) == json(lines[at]));
    }
}

TEST_CASE("harness.results: a line has every key that readers elsewhere rely on")
{
    const json line = json::parse(line_of(TrialRecord()));
    const auto lines = read_lines(recorded / "trials.jsonl");
    for (const auto& [key, value] : lines.at(0).items()) {
        CAPTURE(key);
        CHECK(line.contains(key));
    }
}

TEST_CASE("harness.results: the summary has every key that readers elsewhere rely on")
{
    const ResultsFolder folder(recorded);
    const auto summary = summary_text("run", folder.trials().at(0), folder.searches());
    CHECK(keys_of(json::parse(summary)) ==
          keys_of(json::parse(text_of(recorded / "summary.json"))));
}

TEST_CASE("harness.results: a folder that an older version has recorded prints the same tables")
{
    const auto report = [](const std::vector<std::string>& arguments) {
        return run_program(FIRSTLOCK_REPORT_EXECUTABLE, arguments, {}, 60s).output;
    };
    CHECK(report({recorded.string()}) == text_of(recorded / "report.txt"));
    CHECK(report({"--requests", recorded.string()}) == text_of(recorded / "requests.txt"));
    const ScratchDirectory of_transactions; // where no trial is: the tables of requests
    for (const char* const file : {"requests.jsonl", "fairness.jsonl"}) {
        copy_file(recorded / file, of_transactions.path() / file);
    }
    CHECK(report({of_transactions.path().string()}) == text_of(recorded / "requests.txt"));
}

TEST_CASE(
    "harness.results: a line that cannot be understood is named by file and number and reason")
{
    const auto [key, value, why] = GENERATE(table<std::string, std::string, std::string>({
        {"schema", "99", "holds 99; accepted: up to 1; a larger one is newer"},
        {"writers", "", "the key 'writers' is missing"},
        {"lost", "\"none\"", "the key 'lost' holds \"none\""},
        {"codes", "[1]", "the key 'codes' has the value [1]"},
        {"wait_ms", "{\"p50\": 1}", "the key 'p90' is missing"},
        {"host", "7", "the key 'host' has the value 7"},
        {"verdict", "\"fine\"", "the key 'verdict': 'fine' is not a value of it; accepted: stored"},
    }));
    CAPTURE(key, value);
    const ScratchDirectory scratch;
    const ResultsFolder folder(scratch.path());
    auto line = read_lines(recorded / "trials.jsonl").at(0);
    append_line(scratch.path() / "trials.jsonl", line.dump());
    line.erase(key);
    if (!value.empty()) {
        line[key] = nlohmann::ordered_json::parse(value);
    }
    append_line(scratch.path() / "trials.jsonl", line.dump());
    CHECK_THROWS_WITH(folder.trials(),
                      ContainsSubstring("trials.jsonl, line 2") && ContainsSubstring(why));
}

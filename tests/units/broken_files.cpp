// Goal:   files of results that are anybody's (cut, edited, of another program) never crash a
//         reader, are named with their line and what is wrong with it, and steer no terminal.
// Method: lines that no reader can make sense of, one for each file; then recorded files that are
//         broken in one place drawn from the seed, round after round: one second of it, or with
//         FIRSTLOCK_DEPTH=deep FIRSTLOCK_BUDGET_S. firstlock-report reads them all.
#include "fixtures/run/scratch_directory.hpp"
#include "fixtures/run/settings.hpp"
#include "fixtures/search/gate_files.hpp"
#include "helpers/described/printable.hpp"
#include "helpers/process/line_child.hpp"
#include "helpers/results/results_folder.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <fstream>
#include <random>

using namespace firstlock;
using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;
using nlohmann::ordered_json;

namespace {

namespace fs = std::filesystem;

const fs::path recorded(FIRSTLOCK_SOURCE_DIRECTORY "/tests/units/data/results-0.1");
constexpr std::array files{"trials.jsonl",   "searches.jsonl", "requests.jsonl",
                           "fairness.jsonl", "web.jsonl",      "summary.json"};

struct Report {
    ExitStatus status;
    std::string output, errors;
};

Report report_on(const fs::path& folder, const std::vector<std::string>& more = {})
{
    std::vector<std::string> arguments{folder.string()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    LineChild program(
        {FIRSTLOCK_REPORT_EXECUTABLE, arguments, inherited_environment("FIRSTLOCK_")});
    const ProgramRun run = program.finish(Deadline(settings().scaled(60s)));
    return {run.status, run.output, program.child().stderr_tail()};
}

/// Whether a terminal takes it as text and line feeds.
bool is_printable(std::string text)
{
    std::erase(text, '\n');
    return printable(text) == text;
}

void write(const fs::path& file, const std::string& text)
{
    std::ofstream(file, std::ios::binary) << text;
}

/// Breaks one place of a line or of a file.
class Breaker {
  public:
    explicit Breaker(std::uint64_t seed) : random_(seed) {}

    std::size_t below(std::size_t end) { return random_() % end; }

    std::string broken(const std::string& text)
    {
        std::string result = text;
        switch (below(6)) {
        case 0:
            return text.substr(0, below(text.size()));
        case 1:
            return result.insert(below(text.size()), odd_bytes());
        case 2:
            return std::string(1 + below(100'000), below(2) == 0 ? '[' : '{');
        default:
            return with_another_value(ordered_json::parse(text));
        }
    }

  private:
    std::string odd_bytes()
    {
        const std::array<std::string, 8> all{"\x1b[31m",           "\r",    "\xff", "\xc2\x9b",
                                             std::string(1, '\0'), "1e999", "\"",   "}\n{"};
        return all.at(below(all.size()));
    }

    /// A value of any depth is gone, or is another one.
    std::string with_another_value(ordered_json json)
    {
        const auto places = json.flatten();
        const auto leaf = std::next(places.begin(), static_cast<int>(below(places.size())));
        ordered_json::json_pointer place(leaf.key());
        while (below(3) == 0 && !place.parent_pointer().empty()) {
            place = place.parent_pointer();
        }
        ordered_json& parent = json.at(place.parent_pointer());
        if (parent.is_object() && below(2) == 0) {
            parent.erase(place.back());
            return json.dump();
        }
        ordered_json deep;
        for (int depth = 0; depth < 20; ++depth) {
            deep = ordered_json::array({deep});
        }
        const std::array<ordered_json, 16> others{nullptr,
                                                  true,
                                                  0,
                                                  -1,
                                                  0.5,
                                                  1e308,
                                                  -1e308,
                                                  INT32_MAX,
                                                  INT64_MIN,
                                                  UINT64_MAX,
                                                  "",
                                                  "\x1b]0;title\a\r\xc2\x9b",
                                                  ordered_json::array(),
                                                  ordered_json::object(),
                                                  ordered_json{{"a/b~c", {{"50", 1}}}},
                                                  deep};
        json.at(place) = others.at(below(others.size()));
        return json.dump();
    }

    std::mt19937_64 random_;
};

/// All the recorded files, with one line of one of them broken. Gives the name of that one.
std::string break_one(const fs::path& folder, Breaker& breaker)
{
    fs::copy(recorded, folder, fs::copy_options::recursive | fs::copy_options::overwrite_existing);
    std::string name = files.at(breaker.below(files.size()));
    const std::string text = text_of(recorded / name);
    std::size_t begin = 0;
    for (std::size_t skipped = breaker.below(5); skipped > 0 && name != "summary.json"; --skipped) {
        const std::size_t feed = text.find('\n', begin);
        begin = feed + 1 < text.size() ? feed + 1 : begin;
    }
    const std::size_t end = name == "summary.json" ? text.size() : text.find('\n', begin);
    write(folder / name, text.substr(0, begin) + breaker.broken(text.substr(begin, end - begin)) +
                             text.substr(end));
    return name;
}

} // namespace

TEST_CASE("harness.broken files: a line that no table can be made of is named with its key")
{
    const auto [file, line, why] = GENERATE(table<std::string, std::string, std::string>({
        {"web.jsonl", "{}", "the key 'system' is missing"},
        {"web.jsonl", R"({"system": "F"})", "holds \"F\"; accepted: A, A?, B, C, E"},
        {"web.jsonl", R"({"system": "A", "name": 7})",
         "the key 'name' has the value 7, which is of the wrong type; accepted: a text"},
        {"web.jsonl", R"({"system": "B", "name": "b", "load": {}})", "'load/endpoints' is missing"},
        {"web.jsonl", R"({"schema": 3})", "the key 'schema' holds 3; accepted: 1 to 2"},
        {"requests.jsonl", "{}", "the key 'kinds' is missing"},
        {"requests.jsonl", "[]", "found []; accepted: an object with keys"},
        {"fairness.jsonl", "{}", "the key 'setting' is missing"},
        {"fairness.jsonl", R"({"setting": "s", "users": "20"})",
         "the key 'users' has the value \"20\", which is of the wrong type; accepted: a number"},
        {"searches.jsonl", "{}", "is missing"},
        {"trials.jsonl", "{}", "the key 'schema' is missing"},
        {"trials.jsonl", R"({"schema": 1e999})", "not JSON: "},
        {"trials.jsonl", std::string(1000, '['), "nested deeper than 32"},
    }));
    CAPTURE(file, line);
    const ScratchDirectory scratch;
    fs::copy(recorded, scratch.path());
    append_line(scratch.path() / file, line);
    const std::string lines = text_of(scratch.path() / file);
    const auto number = std::count(lines.begin(), lines.end(), '\n');
    const Report report = report_on(scratch.path());
    CHECK(report.status.text() == "exit status 1");
    CHECK_THAT(report.errors, ContainsSubstring(file + ", line " + std::to_string(number) + ": ") &&
                                  ContainsSubstring(why));
}

TEST_CASE("harness.broken files: a file that is not a file of lines is named")
{
    const ScratchDirectory scratch;
    const fs::path folder = scratch.path() / "\x1b[31mresults";
    fs::create_directories(folder / "web.jsonl");
    const Report report = report_on(folder);
    CHECK(report.status.text() == "exit status 1");
    CHECK(is_printable(report.errors));
    CHECK_THAT(report.errors, ContainsSubstring("web.jsonl: is not a regular file; accepted: "));
}

TEST_CASE("harness.broken files: what a file holds does not steer the terminal it is shown on")
{
    const ScratchDirectory scratch;
    for (const char* const file : {"trials.jsonl", "web.jsonl", "requests.jsonl"}) {
        ordered_json line = ordered_json::parse(
            text_of(recorded / file).substr(0, text_of(recorded / file).find('\n')));
        for (const char* const key : {"host", "case", "name", "journal_mode"}) {
            line[key] = "caf\u00e9 \x1b[31m\r\n\x7f\u009b";
        }
        if (line.contains("kinds")) {
            line["kinds"][0]["percentiles"]["~2/\x1b"] = 7; // no JSON pointer as it stands
        }
        append_line(scratch.path() / file, line.dump());
    }
    const Report tables = report_on(scratch.path());
    const Report requests = report_on(scratch.path(), {"--requests"});
    CHECK(tables.status.ok());
    CHECK(requests.status.ok());
    CHECK(is_printable(tables.output));
    CHECK(is_printable(requests.output));
    const std::string text = "caf\u00e9 \\x1b[31m\\x0d\\x0a\\x7f\\xc2\\x9b";
    CHECK_THAT(tables.output, ContainsSubstring(text));
    CHECK_THAT(requests.output, ContainsSubstring(text));
    CHECK(printable("\xff\xc2"
                    "A\xe0\x80\x80\xed\xa0\x80") == "\\xff\\xc2A\\xe0\\x80\\x80\\xed\\xa0\\x80");
}

TEST_CASE("harness.broken files: a run that is not one of ours is named and not moved")
{
    const ScratchDirectory scratch;
    const fs::path folder = scratch.path() / "results";
    ResultsFolder results(folder);
    const auto [text, why] = GENERATE(table<std::string, std::string>({
        {R"({"run_id": "../elsewhere"})", "accepted: letters and digits"},
        {R"({"run_id": 7})", "the key 'run_id' has the value 7"},
        {"{", "not JSON"},
        {"[]", "found []; accepted: an object with keys"},
        {"7", "found 7; accepted: an object with keys"},
    }));
    write(folder / "run.json", text);
    write(folder / "trials.jsonl", "");
    CHECK_THROWS_WITH(results.begin_run(), ContainsSubstring("run.json: ") &&
                                               ContainsSubstring(why) &&
                                               ContainsSubstring("; remove it to begin anew"));
    CHECK(fs::exists(folder / "trials.jsonl"));
}

TEST_CASE("harness.broken files: recorded files that are broken anywhere crash no reader")
{
    const std::chrono::duration<double> budget(
        settings().depth == Depth::deep ? settings().budget_s.value_or(60) : 1.0);
    const ScratchDirectory scratch;
    Breaker breaker(settings().seed);
    const auto start = std::chrono::steady_clock::now();
    constexpr int rounds_min = 5;
    const Deadline last_resort(settings().scaled(60s));
    std::size_t refused = 0;
    for (int round = 1; std::chrono::steady_clock::now() - start < budget ||
                        ((refused == 0 || round <= rounds_min) && !last_resort.has_passed());
         ++round) {
        const std::string name = break_one(scratch.path(), breaker);
        CAPTURE(round, name);
        for (const Report& report :
             {report_on(scratch.path()), report_on(scratch.path(), {"--requests"})}) {
            INFO(report.errors);
            REQUIRE(report.status.signal == 0);
            REQUIRE(report.status.code <= 1);
            REQUIRE(report.errors.empty() == report.status.ok());
            REQUIRE((report.status.ok() ||
                     report.errors.find(name + ", line ") < report.errors.size()));
            REQUIRE(is_printable(report.output + report.errors));
            refused += report.status.ok() ? 0U : 1U;
        }
        for (const auto& read : {+[](const fs::path& file) { read_baseline(file); },
                                 +[](const fs::path& file) { read_promises(file); }}) {
            try {
                read(scratch.path() / name);
            } catch (const GateFileError& error) {
                REQUIRE(is_printable(error.what()));
            }
        }
    }
    CHECK(refused > 0);
}

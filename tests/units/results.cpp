// Goal:   what is recorded is what is read back, by this version and by those to come; what cannot
//         be understood is named.
// Method: results that were recorded before (tests/units/data), read and written again, key by key;
//         their tables are those that were printed then. Never on the results of this run, which
//         have to balance.
#include "fixtures/run/program_run.hpp"
#include "fixtures/run/scratch_directory.hpp"
#include "helpers/described/json.hpp"
#include "helpers/results/recorded_files.hpp"
#include "helpers/results/results_folder.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <limits>

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

Level level_of(const Tally& tally, int writers, int locked_writers, int void_trials)
{
    Level level;
    static_cast<Tally&>(level) = tally;
    level.writers = writers;
    level.locked_writers = locked_writers;
    level.void_trials = void_trials;
    return level;
}

/// Sets `value`, and all that is in it, to something else than it is: each time to another.
class Changes {
  public:
    template <typename Value>
    void operator()(Value& value)
    {
        ++number_;
        if constexpr (std::is_same_v<Value, bool>) {
            value = !value;
        } else if constexpr (std::is_arithmetic_v<Value>) {
            value += static_cast<Value>(number_);
        } else if constexpr (std::is_same_v<Value, std::string>) {
            value = "text " + std::to_string(number_);
        } else if constexpr (DescribedEnum<Value>) {
            const Value former = value;
            for_each_value<Value>(
                [&](std::string_view, Value each) { value = each == former ? value : each; });
        } else if constexpr (is_list<Value>::value) {
            (*this)(value.emplace_back());
        } else if constexpr (is_map<Value>::value) {
            (*this)(value["key " + std::to_string(number_)]);
        } else if constexpr (is_optional<Value>::value) {
            (*this)(value.emplace());
        } else if constexpr (DescribedStruct<Value>) {
            for_each_member<Value>(
                [&](const std::string& /*key*/, auto member) { (*this)(value.*member); });
        } else {
            change(value);
        }
    }

  private:
    void change(WritersOrOutside& value)
    {
        value = {WritersOrOutside::Place::inside, 1.0 * number_};
    }
    void change(Level& level)
    {
        level = level_of({number_, 2 * number_}, number_ + 1, number_ + 2, number_ + 3);
        level.waits_ms = {1.0 * number_};
        level.censored_waits_ms = {2.0 * number_, 3.0 * number_};
    }

    int number_ = 0;
};

/// Reads back as it was, and no key holds what it holds in a record that says nothing.
template <typename Record>
void check_round_trip(const Record& record, Record (*record_from)(const nlohmann::ordered_json&))
{
    const auto line = nlohmann::ordered_json::parse(line_of(record));
    const auto nothing = nlohmann::ordered_json::parse(line_of(Record()));
    CHECK(line_of(record_from(line)) == line_of(record));
    for_each_member<Record>([&](const std::string& key, auto /*member*/) {
        CAPTURE(key);
        REQUIRE(line.contains(key));
        CHECK((line[key] != nothing[key] || key == "schema"));
    });
}

template <typename Record>
Record changed()
{
    Record record;
    Changes()(record);
    return record;
}

} // namespace

TEST_CASE("harness.results: every key of a record is written and read back")
{
    auto trial = changed<TrialRecord>();
    trial.schema = results_schema;
    trial.seed = std::numeric_limits<std::uint64_t>::max();
    trial.writers = 1'000'000'000;
    check_round_trip(trial, trial_from);
    check_round_trip(changed<SearchState>(), search_from);
}

TEST_CASE("harness.results: a level stands in its line with its bounds and is read without them")
{
    SearchState state;
    state.levels.push_back(level_of({3, 10}, 64, 5, 2));
    state.levels[0].waits_ms = {12, 34};
    state.levels[0].censored_waits_ms = {5000};
    const json level = json::parse(line_of(state)).at("levels").at(0);
    CHECK(level.at("locked_trials") == 3);
    CHECK(level.at("p_low") == 0.06674); // Clopper and Pearson's of 3 in 10
    CHECK(level.at("p_high") == 0.652453);
    CHECK(level.at("p_high_void_locked") == 0.72333); // of 5 in 12
    const Level back = search_from(nlohmann::ordered_json::parse(line_of(state))).levels.at(0);
    CHECK(back.trials == 10);
    CHECK(back.locked == 3);
    CHECK(back.writers == 64);
    CHECK(back.locked_writers == 5);
    CHECK(back.void_trials == 2);
    CHECK(back.waits_ms == std::vector<double>{12, 34});
    CHECK(back.censored_waits_ms == std::vector<double>{5000});
}

TEST_CASE("harness.results: a count that no run can have is refused with what is accepted")
{
    const auto [file, key, value,
                why] = GENERATE(table<std::string, std::string, std::string, std::string>({
        {"trials", "/writers", "1000000001", "'writers' holds 1000000001; accepted: up to"},
        {"trials", "/locked", "1000000", "'locked' holds 1000000; accepted: up to its writers"},
        {"trials", "/lost", "-1", "'lost' holds -1; accepted: whole numbers from 0"},
        {"trials", "/seed", "18446744073709551616", "'seed' holds 1.8446744073709552e+19"},
        {"trials", "/codes/5", "-3", "'5' holds -3; accepted: whole numbers from 0"},
        {"searches", "/levels/0/trials", "-1", "'trials' holds -1; accepted: 0 to"},
        {"searches", "/levels/0/writers", "0", "'writers' holds 0; accepted: 1 to"},
        {"searches", "/levels/0/locked_trials", "99", "'locked_trials' holds 99; accepted: 0 to"},
        {"searches", "/m50", "\"beside\"", "found \"beside\"; accepted: below, above"},
    }));
    CAPTURE(file, key);
    auto line = read_lines(recorded / (file + ".jsonl")).at(0);
    line[nlohmann::ordered_json::json_pointer(key)] = nlohmann::ordered_json::parse(value);
    CHECK_THROWS_WITH(file == "trials" ? line_of(trial_from(line)) : line_of(search_from(line)),
                      ContainsSubstring(why));
}

TEST_CASE("harness.results: a line reads back as the record that it was")
{
    const auto lines = read_lines(recorded / "trials.jsonl");
    const auto trials = ResultsFolder(recorded).trials();
    REQUIRE(trials.size() == lines.size());
    for (std::size_t at = 0; at < lines.size(); ++at) {
        const json back = json::parse(line_of(trials[at]));
        for (const auto& [key, value] : back.items()) { // those that came later are null
            CAPTURE(key);
            CHECK(value == (lines[at].contains(key) ? json(lines[at][key]) : json()));
        }
        for (const auto& [key, value] : lines[at].items()) {
            CAPTURE(key);
            CHECK(back.contains(key));
        }
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
    const auto keys = keys_of(json::parse(summary));
    for (const std::string& key : keys_of(json::parse(text_of(recorded / "summary.json")))) {
        CAPTURE(key);
        CHECK(std::find(keys.begin(), keys.end(), key) != keys.end());
    }
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
        {"schema", "99", "holds 99; accepted: 1 to 2; a larger one is newer"},
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

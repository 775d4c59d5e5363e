// Goal:   the case list is what the README says: an IDE finds each case in the source, paths in
//         settings are taken from the root, and `-R parallel` is the main job and nothing else.
// Method: the list as ctest gives it to IDEs. What was not built yet has no cases to look at.
#include "fixtures/run/program_run.hpp"
#include "fixtures/run/scratch_directory.hpp"
#include "fixtures/run/settings.hpp"
#include "fixtures/table/profiles.hpp"

#include <catch2/catch_test_macros.hpp>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <map>
#include <set>
#include <string>

using namespace firstlock;
using namespace std::chrono_literals;

namespace {

using Properties = std::map<std::string, nlohmann::json>;

/// By name; fails where two cases have the same. Executables that were not built go to `not_built`.
std::map<std::string, Properties> listed_cases(std::set<std::string>* not_built = nullptr)
{
    const ProgramRun run = run_program(
        FIRSTLOCK_CTEST, {"--test-dir", build_directory().string(), "--show-only=json-v1"}, {},
        settings().scaled(60s));
    REQUIRE(run.status.ok());
    std::map<std::string, Properties> cases;
    const nlohmann::json list = nlohmann::json::parse(run.output);
    for (const auto& test : list.at("tests")) {
        const std::string name = test.at("name");
        if (name.find("_NOT_BUILT") != std::string::npos) { // Catch2 may put a hash behind it
            if (not_built != nullptr) {
                not_built->insert(name.substr(0, name.find("_NOT_BUILT")));
            }
            continue;
        }
        CAPTURE(name);
        CHECK(!cases.contains(name));
        for (const auto& property : test.at("properties")) {
            cases[name][property.at("name")] = property.at("value");
        }
    }
    REQUIRE(!cases.empty());
    return cases;
}

/// `file:line` by name. From the scripts that set it: ctest 3.25 knows the property and leaves it
/// out of its list. They have three texts in brackets for each case: name, labels and place.
std::map<std::string, std::string> places_in_source()
{
    std::map<std::string, std::string> places;
    for (const auto& file :
         std::filesystem::recursive_directory_iterator(build_directory() / "tests")) {
        if (!file.path().filename().string().ends_with("-properties.cmake")) {
            continue;
        }
        const std::string script = text_of(file.path());
        std::size_t end = 0;
        const auto next = [&] {
            const std::size_t begin = script.find("[==[", end);
            end = script.find("]==]", begin);
            return begin == script.npos ? "" : script.substr(begin + 4, end - begin - 4);
        };
        for (std::string name = next(); !name.empty(); name = next()) {
            next();
            places[name] = next();
        }
    }
    return places;
}

} // namespace

TEST_CASE("harness.case list: each case has its place in the source and the root as its directory")
{
    const auto places = places_in_source();
    for (const auto& [name, properties] : listed_cases()) {
        CAPTURE(name);
        CHECK(properties.at("WORKING_DIRECTORY") == FIRSTLOCK_SOURCE_DIRECTORY);
        REQUIRE(places.contains(name));
        const std::string& place = places.at(name);
        CAPTURE(place);
        const std::size_t colon = place.rfind(':');
        CHECK(std::filesystem::is_regular_file(place.substr(0, colon)));
        CHECK(std::stoi(place.substr(colon + 1)) > 0);
    }
}

TEST_CASE("harness.case list: only the main job has its word in its names")
{
    const std::string word = std::string("paral") + "lel"; // or this case would be one of them
    std::set<std::string> others;
    std::set<std::string> not_built;
    std::size_t main_job = 0;
    for (const auto& [name, properties] : listed_cases(&not_built)) {
        if (name.starts_with(word + ".")) {
            ++main_job;
            CHECK(properties.at("LABELS").dump().find('"' + word + '"') != std::string::npos);
        } else if (name.find(word) != std::string::npos) {
            others.insert(name);
        }
    }
    CAPTURE(others);
    CHECK(others.empty());
    if (not_built.contains("firstlock-cases-" + word)) {
        SKIP("the main job is not built");
    }
    CHECK(main_job > 10);
}

TEST_CASE("harness.case list: every profile has a survey")
{
    const auto cases = listed_cases();
    const std::string survey = "survey.first lock of ";
    const auto first = cases.lower_bound(survey);
    if (first == cases.end() || !first->first.starts_with(survey)) {
        SKIP("the survey is not built");
    }
    for (const std::string& profile : profile_names()) {
        CAPTURE(profile); // or it would be missing from the summary in silence
        CHECK(cases.contains(survey + profile));
    }
}

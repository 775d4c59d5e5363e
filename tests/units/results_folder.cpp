// Goal:   results outlive processes that are killed while they write, and runs that follow each
//         other.
// Method: half lines, several processes and several runs on scratch folders; never on the results
//         of this run.
#include "helpers/results/results_folder.hpp"
#include "fixtures/run/scratch_directory.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <nlohmann/json.hpp>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <fstream>
#include <iterator>
#include <map>
#include <system_error>

using namespace firstlock;
using Catch::Matchers::ContainsSubstring;

namespace {

TrialRecord record_of(const std::string& case_name)
{
    TrialRecord record;
    record.case_ = case_name;
    return record;
}

nlohmann::json summary_in(const std::filesystem::path& folder)
{
    return nlohmann::json::parse(text_of(folder / "summary.json"));
}

} // namespace

TEST_CASE(
    "harness.results: a half line that a killed process left is passed over and swallows no other")
{
    const ScratchDirectory scratch;
    ResultsFolder folder(scratch.path());
    folder.append(record_of("first"));
    std::ofstream(scratch.path() / "trials.jsonl", std::ios::app) << R"({"schema": 1, "run_)";
    CHECK(folder.trials().size() == 1);
    folder.append(record_of("second"));
    REQUIRE(folder.trials().size() == 2);
    CHECK(folder.trials().at(1).case_ == "second");
}

TEST_CASE("harness.results: every line bears the run in which it was recorded")
{
    const ScratchDirectory scratch;
    ResultsFolder folder(scratch.path());
    const auto line = folder.append("others.jsonl", ResultHead{}, {{"figure", 1}}, {});
    CHECK(line.at("run_id") == folder.run_id());
    folder.append(record_of("first"));
    CHECK(folder.trials().at(0).run_id == folder.run_id());
}

TEST_CASE("harness.results: several processes that append at once lose no line")
{
    constexpr int processes = 8;
    constexpr int lines = 200;
    const ScratchDirectory scratch;
    ResultsFolder folder(scratch.path());
    folder.begin_run();
    std::vector<pid_t> children;
    for (int process = 0; process < processes; ++process) {
        const pid_t child = ::fork(); // no connection is open here, and the child leaves by _exit
        if (child == 0) {
            try {
                for (int line = 0; line < lines; ++line) {
                    folder.append(record_of("process " + std::to_string(process)));
                }
            } catch (const std::exception&) {
                ::_exit(1);
            }
            ::_exit(0);
        }
        children.push_back(child);
    }
    for (const pid_t child : children) {
        int status = -1;
        CHECK(::waitpid(child, &status, 0) == child);
        CHECK(status == 0);
    }
    std::map<std::string, int> counts;
    for (const TrialRecord& record : folder.trials()) {
        ++counts[record.case_];
    }
    REQUIRE(counts.size() == processes);
    for (const auto& [name, count] : counts) {
        CAPTURE(name);
        CHECK(count == lines);
    }
}

TEST_CASE("harness.results: a new run puts the one before away and starts empty")
{
    const ScratchDirectory scratch;
    ResultsFolder folder(scratch.path());
    folder.begin_run();
    const std::string former = folder.run_id();
    folder.append(record_of("first"));
    folder.append(search_state("a", record_of("first"), FirstLock{}, true), {});
    folder.begin_run();

    CHECK(folder.run_id() != former);
    CHECK(folder.trials().empty());
    CHECK(folder.searches().empty());
    CHECK_FALSE(std::filesystem::exists(scratch.path() / "summary.json"));
    const ResultsFolder earlier(scratch.path() / "earlier" / former);
    REQUIRE(earlier.trials().size() == 1);
    CHECK(earlier.trials().at(0).run_id == former);
    CHECK(summary_in(earlier.root()).at("run_id") == former);
}

TEST_CASE("harness.results: a run whose former results cannot be put away does not begin")
{
    const ScratchDirectory scratch;
    ResultsFolder folder(scratch.path());
    folder.append(record_of("first"));
    // Something stands where the lines have to go, so that they cannot.
    std::filesystem::create_directories(scratch.path() / "earlier" / folder.run_id() /
                                        "trials.jsonl");
    CHECK_THROWS_WITH(folder.begin_run(), ContainsSubstring("trials.jsonl"));
    CHECK(folder.trials().size() == 1);
}

TEST_CASE(
    "harness.results: the summary is replaced as a whole and holds the last state of each search")
{
    const ScratchDirectory scratch;
    ResultsFolder folder(scratch.path());
    FirstLock found;
    folder.append(search_state("a", record_of("x"), found, false), {});
    const std::string before = text_of(scratch.path() / "summary.json");
    // Opened before, it reads the old text to its end.
    std::ifstream reader(scratch.path() / "summary.json");
    found.trials = 5;
    folder.append(search_state("b", record_of("x"), found, true), {});
    folder.append(search_state("a", record_of("x"), found, true), {});

    CHECK(std::string{std::istreambuf_iterator<char>(reader), {}} == before);
    const auto summary = summary_in(scratch.path());
    REQUIRE(summary.at("first_lock").size() == 2);
    CHECK(summary.at("first_lock").at(0).at("trials") == 5);
    for (const auto& entry : std::filesystem::directory_iterator(scratch.path())) {
        CHECK(entry.path().extension() != ".draft");
    }
}

TEST_CASE("harness.results: a text that the disk takes in part leaves the file and no draft")
{
    const ScratchDirectory scratch;
    const auto file = scratch.path() / "summary.json";
    replace_file(file, "former");
    rlimit former{};
    ::getrlimit(RLIMIT_FSIZE, &former);
    const auto former_action = std::signal(SIGXFSZ, SIG_IGN);
    const rlimit small{1000, former.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &small);
    std::string said;
    try {
        replace_file(file, std::string(5000, 'x'));
    } catch (const std::runtime_error& error) {
        said = error.what();
    }
    ::setrlimit(RLIMIT_FSIZE, &former);
    std::signal(SIGXFSZ, former_action);
    CHECK_THAT(said, ContainsSubstring("summary.json': " + std::generic_category().message(EFBIG)));
    CHECK(text_of(file) == "former");
    const std::filesystem::directory_iterator entries(scratch.path());
    CHECK(std::distance(begin(entries), end(entries)) == 1);
}

TEST_CASE("harness.results: a symbolic link in the place of a file is refused and leads nowhere")
{
    const std::string draft = "run.json." + std::to_string(::getpid()) + ".draft";
    for (const std::string& name : {std::string("trials.jsonl"), std::string(".lock"), draft}) {
        CAPTURE(name);
        const ScratchDirectory scratch;
        ResultsFolder folder(scratch.path() / "results");
        const auto elsewhere = scratch.path() / "of_another";
        std::filesystem::create_symlink(elsewhere, folder.root() / name);
        CHECK_THROWS_WITH(folder.append(record_of("first")),
                          ContainsSubstring(name + "', a symbolic link; accepted: a file"));
        CHECK_FALSE(std::filesystem::exists(elsewhere));
    }
}

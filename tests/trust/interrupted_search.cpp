// Goal:   a search that was interrupted goes on where it was, and does not forget a lost row.
// Method: a second process of this executable searches, with results in a scratch directory, and is
//         killed amid its trials; a third goes on. Then one of the lines is made a broken trial.
#include "fixtures/run/scratch_directory.hpp"
#include "fixtures/run/settings.hpp"
#include "fixtures/search/first_lock.hpp"
#include "helpers/results/results_folder.hpp"
#include "tests/trust/second_self.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <csignal>
#include <cstdlib>
#include <fstream>

using namespace firstlock;
using Catch::Matchers::ContainsSubstring;

TEST_CASE("helper.a search", "[.]")
try {
    const SearchState found = search_first_lock(
        profile("recommended"), {.writers_max = 2, .trials_max = 30, .budget_s = 600});
    tell("trials", std::to_string(found.trials));
} catch (const AccountError& error) {
    tell("account", error.what());
}

TEST_CASE("helper.a search about 400 ms", "[.]")
{
    const SearchState found =
        search_first_lock(with_timeout(profile("rollback"), std::chrono::milliseconds(400)),
                          {.writers_max = 32, .trials_max = 4, .budget_s = 600, .seed = 1});
    tell("note", found.note.value_or("none"));
}

namespace {

/// Catch2 fixture: searches in processes of their own, in runs of their own.
class Searches {
  public:
    SecondSelf begin(const std::string& search = "helper.a search", const std::string& writer = {})
    {
        ResultsFolder(results()).begin_run();
        std::filesystem::create_directories(directory_.path() / "databases");
        std::vector<std::string> settings{"FIRSTLOCK_RESULTS=" + results().string(),
                                          "FIRSTLOCK_DIR=" +
                                              (directory_.path() / "databases").string()};
        if (!writer.empty()) {
            settings.push_back("FIRSTLOCK_WRITER=" + writer);
        }
        return SecondSelf(search, settings);
    }
    /// Of the run under way.
    std::size_t trials() const { return ResultsFolder(results()).trials().size(); }
    std::filesystem::path lines() const { return results() / "trials.jsonl"; }
    std::filesystem::path states() const { return results() / "searches.jsonl"; }

    std::filesystem::path directory() const { return directory_.path(); }

  private:
    std::filesystem::path results() const { return directory_.path() / "results"; }
    ScratchDirectory directory_;
};

} // namespace

TEST_CASE_METHOD(Searches, "harness.search: one that was killed goes on with its trials")
{
    {
        SecondSelf killed = begin();
        killed.expect("  recommended"); // the progress of the first trial
        killed.child().send(SIGKILL);
        killed.end();
    }
    const std::size_t before = trials();
    REQUIRE(before >= 1);
    SecondSelf next = begin();
    CHECK_THAT(next.expect("  going"),
               ContainsSubstring("with its " + std::to_string(before) + " trials"));
    const std::string all = next.expect("trials");
    CHECK(next.end().ok());
    CHECK(std::to_string(trials()) == all); // the lines balance with the search
    CHECK(trials() > before);
}

TEST_CASE_METHOD(Searches, "harness.search: one that was interrupted after a broken trial says so")
{
    {
        SecondSelf first = begin();
        first.expect("trials");
        first.end();
    }
    std::string text = text_of(lines());
    const std::string stored = R"("verdict":"stored")";
    REQUIRE(text.find(stored) != std::string::npos);
    text.replace(text.find(stored), stored.size(), R"("verdict":"broken")");
    std::ofstream(lines()) << text;
    if (GENERATE(false, true)) { // as when it was the first trial that this run made of the search
        REQUIRE(std::filesystem::remove(states()));
    }
    SecondSelf next = begin();
    CHECK_THAT(next.expect("account"), ContainsSubstring("has a broken trial in this search"));
    next.end();
}

TEST_CASE_METHOD(Searches, "harness.search: a writer that does not heed its timeout is found out")
{
    if (std::system("command -v sqlite3 >/dev/null") != 0) {
        SKIP("no command sqlite3 on this machine");
    }
    const bool heeds = GENERATE(true, false);
    const auto script = directory() / "writer.sh";
    // Of a crowd all but four give up, after what they take for their timeout.
    std::ofstream(script) << "timeout=" << (heeds ? "$FIRSTLOCK_TASK_TIMEOUT_MS" : "400") << R"sh(
echo firstlock ready; read go
if [ "$FIRSTLOCK_TASK_INDEX" -ge 4 ]; then
    sleep "$((timeout / 1000)).$(printf %03d $((timeout % 1000)))"
    echo firstlock locked 5
else
    sqlite3 -cmd ".timeout 60000" "$FIRSTLOCK_TASK_DATABASE" \
        "INSERT INTO messages(msg) VALUES ('$FIRSTLOCK_TASK_MESSAGE')" && echo firstlock ok
fi
)sh";
    SecondSelf search = begin("helper.a search about 400 ms", "sh '" + script.string() + "'");
    const std::string note = search.expect("note");
    search.end();
    if (heeds) {
        CHECK(note == "none");
    } else {
        CHECK_THAT(note, ContainsSubstring("the writer was told 800 ms and refused after") &&
                             ContainsSubstring("does not heed the timeout"));
    }
}

// Goal:   a promise file or a baseline that makes no sense is refused, and the message says where,
//         what was found and what is accepted.
// Method: each kind of nonsense once, read as the gate reads it.
#include "fixtures/run/scratch_directory.hpp"
#include "fixtures/search/gate_files.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <fstream>

using namespace firstlock;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;

namespace {

struct Nonsense {
    std::string text;
    std::string found;    ///< what the message quotes
    std::string accepted; ///< what it offers
};

/// A promise file whose one promise makes sense without `key`: of a key that is there twice, the
/// latter counts.
std::string promise_with(const std::string& key)
{
    return R"({"schema": 1, "promises": [{"profile": "wal", "writers": 9, )" + key + "}]}";
}

/// The same for the one search of a baseline.
std::string search_with(const std::string& key)
{
    return R"({"schema": 1, "first_lock": [{"profile": "wal", "holds": 4, )" + key + "}]}";
}

class GateFile {
  public:
    auto read(const auto& reader, const std::string& text) const
    {
        std::ofstream(path_) << text;
        return reader(path_);
    }
    void check_refused(const auto& reader, const Nonsense& each) const
    {
        CAPTURE(each.text);
        CHECK_THROWS_MATCHES(read(reader, each.text), GateFileError,
                             MessageMatches(ContainsSubstring(each.found) &&
                                            ContainsSubstring(each.accepted) &&
                                            ContainsSubstring(path_.string())));
    }

  private:
    ScratchDirectory directory_;
    std::filesystem::path path_ = directory_.path() / "file.json";
};

} // namespace

TEST_CASE_METHOD(GateFile, "promises.a senseless promise file is refused with its place")
{
    const Nonsense each = GENERATE(values<Nonsense>(
        {{"", "not JSON", "promise file"},
         {R"({"schema": 1e400})", "not JSON", "promise file"},
         {"[]", "[]", "an object"},
         {R"({"schema": 1})", "'promises' is missing", "promise file"},
         {R"({"schema": 1, "promises": []})", "[]", "at least one promise"},
         {R"({"schema": 99, "promises": []})", "99", "newer firstlock"},
         {R"({"promises": []})", "'schema' is missing", "promise file"},
         {R"({"schema": 1, "promises": [7]})", "found 7", "an object"},
         {promise_with(R"("profile": "wall")"), "\"wall\"", "recommended"},
         {promise_with(R"("profile": 7)"), "value 7", "wrong type"},
         {promise_with(R"("writers": -3)"), "holds -3", "from 1 to 10000"},
         {promise_with(R"("writers": "9")"), "\"9\"", "whole number"},
         {promise_with(R"("writers": 9.5)"), "9.5", "whole number"},
         {promise_with(R"("refuted": 2)"), "holds 2", "from 0.0001 to 0.9999"},
         {promise_with(R"("refuted": 1e-9)"), "holds 1e-09", "from 0.0001 to 0.9999"},
         {promise_with(R"("tolerated, refuted": 0.01)"), "no key 'tolerated, refuted'",
          "tolerated"},
         {promise_with(R"("refuted": null)"), "'refuted'", "wrong type"},
         {promise_with(R"("tolerated": 0.5)"), "refuted is 0.05", "tolerated, 0.5"},
         {promise_with(R"("confidense": 0.9)"), "'confidense'", "confidence"},
         {promise_with(R"("directory": "/nowhere")"), "/nowhere", "promise 1: the key 'directory'"},
         {promise_with(R"("directory": "")"), "\"\"", "existing directory"},
         {promise_with(R"("headroom": 0)"), "'headroom' holds 0", "above 0, up to 1"},
         {promise_with(R"("headroom": 1.01)"), "'headroom' holds 1.01", "above 0, up to 1"},
         {promise_with(R"("headroom": null)"), "'headroom' holds null", "above 0, up to 1"},
         {promise_with(R"("headroom": "0.5")"), "'headroom'", "a number"},
         {promise_with(R"("profile": "sqlite", "headroom": 0.5)"), "'headroom' holds 0.5",
          "none with sqlite"}}));
    check_refused(read_promises, each);
}

TEST_CASE_METHOD(GateFile, "promises.a senseless baseline is refused with its place")
{
    const auto level = [](const std::string& counts) {
        return search_with(R"("levels": [{"writers": 4, "trials": 1, )" + counts + "}]");
    };
    const Nonsense each = GENERATE_COPY(values<Nonsense>(
        {{"summary", "not JSON", "baseline"},
         {R"({"schema": 1e400})", "not JSON", "baseline"},
         {"3", "found 3", "an object"},
         {R"({"first_lock": []})", "'schema' is missing", "baseline"},
         {R"({"schema": 99, "first_lock": []})", "99", "newer firstlock"},
         {R"({"schema": 1, "first_lock": {}})", "{}", "wrong type"},
         {R"({"schema": 1, "first_lock": []})", "no level", "with first locks"},
         {search_with(R"("profile": "wall", "levels": [])"), "\"wall\"", "recommended"},
         {search_with(R"("x": 0)"), "'levels' is missing", "first_lock 1"},
         {search_with(R"("holds": "100", "levels": [])"), "\"100\"", "whole number"},
         {search_with(R"("holds": 4294967328, "levels": [])"), "4294967328", "whole number"},
         {search_with(R"("holds": 0, "levels": [])"), "'holds' holds 0", "from 1 to 10000"},
         {level(R"("trials": -1, "locked_trials": 0)"), "'trials' holds -1", "from 0"},
         {level(R"("locked_trials": 2)"), "'locked_trials' holds 2", "from 0 to 1"},
         {level(R"("locked_trials": 1, "waits_ms": [7, -1])"), "'waits_ms' holds -1", "from 0"},
         {level(R"("locked_trials": 1, "waits_ms": 7)"), "'waits_ms'", "an array"},
         {level(R"("locked_trials": 1, "censored_waits_ms": [-2])"), "'censored_waits_ms' holds -2",
          "from 0"},
         {level(R"("writers": 1000000000, "locked_trials": 1)"), "1000000000",
          "from 1 to 10000"}}));
    check_refused(read_baseline, each);
}

TEST_CASE_METHOD(GateFile, "promises.a sensible promise file is read with its defaults")
{
    const auto promises = read(read_promises, R"({"schema": 1, "promises": [
        {"profile": "wal", "writers": 9},
        {"profile": "recommended", "writers": 100, "tolerated": 0.02, "refuted": 0.1, "confidence": 0.99,
         "headroom": 1}]})");
    REQUIRE(promises.size() == 2);
    CHECK(promises[0].profile == "wal");
    CHECK(promises[0].writers == 9);
    CHECK(promises[0].tolerated == 0.01);
    CHECK(promises[0].refuted == 0.05);
    CHECK_FALSE(promises[0].headroom);
    CHECK(promises[1].headroom == 1);
    CHECK(promises[1].refuted == 0.1);
    CHECK(promises[1].confidence == 0.99);
}

TEST_CASE_METHOD(
    GateFile,
    "promises.of a baseline the busiest level near what holds is read and a busier one above it")
{
    const auto levels = read(read_baseline, R"({"schema": 1, "first_lock": [
        {"profile": "wal", "holds": 4, "levels": [
            {"writers": 2, "trials": 90, "locked_trials": 0}, {"writers": 3, "trials": 9, "locked_trials": 0},
            {"writers": 4, "trials": 9, "locked_trials": 0},
            {"writers": 5, "trials": 7, "locked_trials": 2}, {"writers": 8, "trials": 30, "locked_trials": 11},
            {"writers": 16, "trials": 60, "locked_trials": 60}]},
        {"profile": "wal-100ms", "holds": 2, "levels": [{"writers": 2, "trials": 5, "locked_trials": 0}]},
        {"profile": "wal-4KiB", "holds": 2, "levels": [{"writers": 2, "trials": 5, "locked_trials": 0}]},
        {"profile": "external", "holds": 2, "levels": [{"writers": 2, "trials": 5, "locked_trials": 0}]},
        {"profile": "rollback", "holds": null, "levels": [{"writers": 1, "trials": 3, "locked_trials": 3}]},
        {"profile": "rails", "holds": 64, "levels": [
            {"writers": 33, "trials": 5, "locked_trials": 0}, {"writers": 40, "trials": 4, "locked_trials": 0},
            {"writers": 64, "trials": 0, "locked_trials": 0}, {"writers": 99, "trials": 0, "locked_trials": 0},
            {"writers": 200, "trials": 0, "locked_trials": 0, "waits_ms": [7, 8.5], "censored_waits_ms": [9, 9, 9, 9]},
            {"writers": 300, "trials": 1, "locked_trials": 0}]},
        {"profile": "django", "holds": 8, "levels": [{"writers": 8, "trials": 7, "locked_trials": 0},
            {"writers": 9, "trials": 7, "locked_trials": 3}, {"writers": 16, "trials": 8, "locked_trials": 5}]}]})");
    std::string text;
    for (const BaselineLevel& level : levels) {
        text += level.profile + " " + std::to_string(level.writers) + ": " +
                std::to_string(level.locked_trials) + " of " + std::to_string(level.trials) +
                (level.waits_ms ? ", " + std::to_string(level.waits_ms->size()) + " waits" : "") +
                "\n";
    }
    CHECK(text == "wal 4: 0 of 9\nwal 8: 11 of 30\nrollback 1: 3 of 3\n"
                  "rails 33: 0 of 5\nrails 200: 0 of 0, 2 waits\ndjango 8: 0 of 7\n");
}

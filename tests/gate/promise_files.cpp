// Goal:   a promise file or a baseline that makes no sense is refused, and the message says where,
//         what was found and what is accepted.
// Method: each kind of nonsense once, read as the gate reads it.
#include "fixtures/run/scratch_directory.hpp"
#include "fixtures/search/baseline.hpp"
#include "fixtures/search/promises.hpp"

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
    const char* text;
    const char* found;    ///< what the message quotes
    const char* accepted; ///< what it offers
};

std::filesystem::path written(const ScratchDirectory& directory, const char* text)
{
    auto file = directory.path() / "file.json";
    std::ofstream(file) << text;
    return file;
}

} // namespace

TEST_CASE("promises.a senseless promise file is refused with its place", "[quick]")
{
    const Nonsense each = GENERATE(
        Nonsense{"", "no JSON", "promise file"}, Nonsense{"[]", "[]", "an object"},
        Nonsense{R"({"schema": 1})", "'promises': found missing", "at least one promise"},
        Nonsense{R"({"schema": 1, "promises": []})", "[]", "at least one promise"},
        Nonsense{R"({"schema": 99, "promises": []})", "99", "newer firstlock"},
        Nonsense{R"({"promises": [{"profile": "wal", "writers": 1}]})", "'schema': found missing",
                 "whole number"},
        Nonsense{R"({"schema": 1, "promises": [{"profile": "wall", "writers": 1}]})", "'wall'",
                 "recommended"},
        Nonsense{R"({"schema": 1, "promises": [{"profile": 7, "writers": 1}]})", "found 7",
                 "recommended"},
        Nonsense{R"({"schema": 1, "promises": [{"profile": "wal", "writers": -3}]})", "found -3",
                 "from 1 to"},
        Nonsense{R"({"schema": 1, "promises": [{"profile": "wal", "writers": "9"}]})", "\"9\"",
                 "whole number"},
        Nonsense{R"({"schema": 1, "promises": [{"profile": "wal", "writers": 9.5}]})", "9.5",
                 "whole number"},
        Nonsense{R"({"schema": 1, "promises": [{"profile": "wal", "writers": 9, "refuted": 2}]})",
                 "found 2", "0.9999"},
        Nonsense{
            R"({"schema": 1, "promises": [{"profile": "wal", "writers": 9, "tolerated": 0.5}]})",
            "0.5 beside refuted 0.05", "below `refuted`"},
        Nonsense{
            R"({"schema": 1, "promises": [{"profile": "wal", "writers": 9, "confidense": 0.9}]})",
            "unknown key 'confidense'", "confidence"},
        Nonsense{
            R"({"schema": 1, "promises": [{"profile": "wal", "writers": 9, "directory": "/nowhere"}]})",
            "/nowhere", "existing directory"},
        Nonsense{R"({"schema": 1e400})", "no JSON", "promise file"});
    CAPTURE(each.text);
    const ScratchDirectory directory;
    const auto file = written(directory, each.text);
    CHECK_THROWS_MATCHES(read_promises(file), PromiseFileError,
                         MessageMatches(ContainsSubstring(each.found) &&
                                        ContainsSubstring(each.accepted) &&
                                        ContainsSubstring(file.string())));
}

TEST_CASE("promises.a senseless baseline is refused with its place", "[quick]")
{
    const Nonsense each =
        GENERATE(Nonsense{"summary", "no JSON", "baseline"},
                 Nonsense{"3", "found 3", "object of a summary.json"},
                 Nonsense{R"({"first_lock": []})", "'schema': found missing", "whole number"},
                 Nonsense{R"({"schema": 99, "first_lock": []})", "99", "newer firstlock"},
                 Nonsense{R"({"schema": 1, "first_lock": {}})", "{}", "an array"},
                 Nonsense{R"({"schema": 1, "first_lock": []})", "no level", "with first locks"},
                 Nonsense{R"({"schema": 1, "first_lock": [{"profile": "wall", "levels": []}]})",
                          "'wall'", "recommended"},
                 Nonsense{R"({"schema": 1, "first_lock": [{"profile": "wal"}]})",
                          "'levels': found missing", "an array"},
                 Nonsense{R"({"schema": 1, "first_lock": [{"profile": "wal", "holds": 4,
                     "levels": [{"writers": 4, "trials": -1, "locked_trials": 0}]}]})",
                          "found -1", "from 0"},
                 Nonsense{R"({"schema": 1, "first_lock": [{"profile": "wal", "holds": 4,
                     "levels": [{"writers": 4, "trials": 1, "locked_trials": 2}]}]})",
                          "2 locked of 1 trials", "no more locked trials"},
                 Nonsense{R"({"schema": 1, "first_lock": [{"profile": "wal", "holds": "100",
                     "levels": []}]})",
                          "\"100\"", "from 1 to 10000"},
                 Nonsense{R"({"schema": 1, "first_lock": [{"profile": "wal", "holds": 4294967328,
                     "levels": []}]})",
                          "4294967328", "from 1 to 10000"},
                 Nonsense{R"({"schema": 1, "first_lock": [{"profile": "wal", "holds": null,
                     "levels": [{"writers": 1000000000, "trials": 1, "locked_trials": 0}]}]})",
                          "1000000000", "from 1 to 10000"},
                 Nonsense{R"({"schema": 1e400})", "no JSON", "baseline"});
    CAPTURE(each.text);
    const ScratchDirectory directory;
    const auto file = written(directory, each.text);
    CHECK_THROWS_MATCHES(read_baseline(file), BaselineError,
                         MessageMatches(ContainsSubstring(each.found) &&
                                        ContainsSubstring(each.accepted) &&
                                        ContainsSubstring(file.string())));
}

TEST_CASE("promises.a sensible promise file is read with its defaults", "[quick]")
{
    const ScratchDirectory directory;
    const auto promises = read_promises(written(directory, R"({"schema": 1, "promises": [
        {"profile": "wal", "writers": 9},
        {"profile": "recommended", "writers": 100, "tolerated": 0.02, "refuted": 0.1, "confidence": 0.99}]})"));
    REQUIRE(promises.size() == 2);
    CHECK(promises[0].profile == "wal");
    CHECK(promises[0].writers == 9);
    CHECK(promises[0].terms.tolerated == 0.01);
    CHECK(promises[0].terms.refuted == 0.05);
    CHECK(promises[1].terms.refuted == 0.1);
    CHECK(promises[1].terms.confidence == 0.99);
}

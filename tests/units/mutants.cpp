// Goal:   the table of defects fits the sources as they are, and what is drawn at random is the same
//         for the same seed and is a change.
// Method: each is put into the text of its file. That a case sees them takes a build for each: the
//         preset mutants.
#include "helpers/mutants/mutant.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <algorithm>
#include <filesystem>
#include <set>

using namespace firstlock;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;

namespace {

const std::filesystem::path root = FIRSTLOCK_SOURCE_DIRECTORY;

std::string in_its_file(const Mutant& mutant)
{
    return mutated(read_text(root / mutant.file), mutant);
}

} // namespace

TEST_CASE(
    "harness.mutants: each defect of the table is one in its file and names the case that sees it")
{
    const auto table = read_mutants(root / "helpers/mutants/table.json");
    CHECK(table.size() >= 40);
    for (const Mutant& mutant : table) {
        CAPTURE(mutant.file, mutant.text);
        CHECK_NOTHROW(in_its_file(mutant));
        CHECK(mutant.red.find('.') != std::string::npos);
    }
}

TEST_CASE("harness.mutants: a seed decides which are drawn, and each is a change of its file")
{
    const auto drawn = random_mutants(root, 1);
    const auto again = random_mutants(root, 1);
    const auto other = random_mutants(root, 2);
    REQUIRE(drawn.size() > 1000);
    const auto is_same = [](const Mutant& left, const Mutant& right) {
        return left.file == right.file && left.text == right.text && left.becomes == right.becomes;
    };
    CHECK(std::equal(drawn.begin(), drawn.end(), again.begin(), again.end(), is_same));
    CHECK_FALSE(std::equal(drawn.begin(), drawn.end(), other.begin(), other.end(), is_same));
    std::set<std::string> files;
    for (const Mutant& mutant : drawn) {
        CAPTURE(mutant.file, mutant.text);
        REQUIRE_NOTHROW(in_its_file(mutant));
        files.insert(mutant.file);
    }
    CHECK(files.contains("helpers/programs/writer.cpp"));
    CHECK(files.size() > 40);
}

TEST_CASE("harness.mutants: one that fits nowhere, or in two places, or changes nothing is refused")
{
    const Mutant mutant{"a.cpp", "x + 1", "x - 1", ""};
    CHECK(mutated("y = x + 1;", mutant) == "y = x - 1;");
    const auto refused = [](const char* why) { return MessageMatches(ContainsSubstring(why)); };
    CHECK_THROWS_MATCHES(mutated("y = x;", mutant), std::runtime_error,
                         refused("a.cpp: 'x + 1' is not there"));
    CHECK_THROWS_MATCHES(mutated("x + 1, x + 1", mutant), std::runtime_error,
                         refused("more than once"));
    CHECK_THROWS_MATCHES(mutated("x + 1", {"a.cpp", "x + 1", "x + 1", ""}), std::runtime_error,
                         refused("becomes itself"));
}

// Goal:   the layout stays what the README says: tests -> fixtures -> helpers, and one way through
//         the rooms of helpers/; no wait by sleeping; names that say something.
// Method: every source file is read for its includes, its calls and its name. The same reading on a
//         made-up tree that breaks each rule once shows that it sees them.
#include "fixtures/run/scratch_directory.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <fstream>
#include <string>
#include <vector>

using namespace firstlock;

namespace {

namespace fs = std::filesystem;
using Findings = std::vector<std::string>;

bool is_source(const fs::path& file)
{
    return file.extension() == ".cpp" || file.extension() == ".hpp";
}

/// So that this file does not hold what it looks for.
std::string joined_up(std::string spelling)
{
    std::erase(spelling, '#');
    return spelling;
}

/// The rooms of helpers/, as its list builds them: each may include those before it.
std::vector<std::string> rooms_in_order(const fs::path& root)
{
    std::vector<std::string> rooms;
    std::ifstream list(root / "helpers/CMakeLists.txt");
    const std::string word = "add_subdirectory(";
    for (std::string line; std::getline(list, line);) {
        if (const auto at = line.find(word); at != std::string::npos) {
            rooms.push_back(line.substr(at + word.size(), line.find(')') - at - word.size()));
        }
    }
    return rooms;
}

/// What a file of `layer` must not include; in helpers/ that depends on its room. One that is not
/// in the list has headers only, and comes before all others.
std::vector<std::string> forbidden_in(const std::string& layer, const std::string& room,
                                      const std::vector<std::string>& rooms)
{
    if (layer != "helpers") {
        return layer == "fixtures" ? std::vector<std::string>{"\"tests/"}
                                   : std::vector<std::string>{};
    }
    std::vector<std::string> forbidden{"\"fixtures/", "\"tests/", "<catch2/", "\"catch2/"};
    const auto own = std::find(rooms.begin(), rooms.end(), room);
    for (auto later = own == rooms.end() ? rooms.begin() : own + 1; later != rooms.end(); ++later) {
        forbidden.push_back("\"helpers/" + *later + "/");
    }
    return forbidden;
}

void check_line(const std::string& layer, const std::vector<std::string>& forbidden_here,
                const std::string& line, const std::string& place, Findings& findings)
{
    const std::string include = "#include ";
    if (line.starts_with(include)) {
        const std::string target = line.substr(include.size());
        for (const std::string& forbidden : forbidden_here) {
            if (target.starts_with(forbidden)) {
                findings.push_back(place + " must not include " + target);
            }
        }
        const bool from_root = target.starts_with("\"helpers/") ||
                               target.starts_with("\"fixtures/") || target.starts_with("\"tests/");
        if (target.starts_with('"') && !from_root) {
            findings.push_back(place + ": an include is not from the root: " + target);
        }
        return;
    }
    for (const std::string spelling :
         {"sleep#_for", "sleep#_until", "u#sleep(", "nano#sleep", "::sl#eep(", "poll#(nullptr"}) {
        const std::string call = joined_up(spelling);
        if (layer != "helpers" && line.find(call) != std::string::npos) {
            findings.push_back(place + ": waits by " + call);
        }
    }
}

Findings check_tree(const fs::path& root)
{
    Findings findings;
    const auto rooms = rooms_in_order(root);
    for (const std::string layer : {"helpers", "fixtures", "tests"}) {
        for (const auto& entry : fs::recursive_directory_iterator(root / layer)) {
            const std::string stem = entry.path().stem().string();
            for (const char* const word : {"utils", "util", "common", "misc", "base"}) {
                if (stem == word) {
                    findings.push_back(entry.path().string() + ": the name says nothing");
                }
            }
            if (!entry.is_regular_file() || !is_source(entry.path())) {
                continue;
            }
            const auto inside = fs::relative(entry.path(), root / layer);
            const auto forbidden = forbidden_in(layer, inside.begin()->string(), rooms);
            std::ifstream file(entry.path());
            int number = 0;
            for (std::string line; std::getline(file, line);) {
                check_line(layer, forbidden, line,
                           entry.path().string() + ":" + std::to_string(++number), findings);
            }
        }
    }
    return findings;
}

std::string joined(const Findings& findings)
{
    std::string text;
    for (const std::string& finding : findings) {
        text += finding + "\n";
    }
    return text;
}

} // namespace

TEST_CASE("harness.layering: includes point one way and nothing waits by sleeping and names say "
          "something")
{
    const Findings findings = check_tree(FIRSTLOCK_SOURCE_DIRECTORY);
    INFO(joined(findings));
    CHECK(findings.empty());
}

TEST_CASE("harness.layering: a tree that breaks each rule is found out")
{
    const ScratchDirectory scratch;
    const auto write = [&](const std::string& file, const std::string& text) {
        fs::create_directories((scratch.path() / file).parent_path());
        std::ofstream(scratch.path() / file) << text << "\n";
    };
    write("helpers/CMakeLists.txt", "add_subdirectory(lower)\nadd_subdirectory(upper)");
    write("helpers/lower/fine.cpp", "#include \"helpers/headers/a.hpp\"\n#include <string>");
    write("helpers/upper/fine.cpp", "#include \"helpers/lower/a.hpp\"");
    write("fixtures/fine.cpp", "#include \"helpers/a.hpp\"\n#include <catch2/catch_all.hpp>");
    write("tests/fine.cpp",
          "#include \"helpers/a.hpp\"\n#include \"fixtures/a.hpp\"\n#include \"tests/a.hpp\"");
    CHECK(check_tree(scratch.path()).empty());

    const std::vector<std::pair<std::string, std::string>> wrong{
        {"helpers/upwards.cpp", "#include \"fixtures/run/settings.hpp\""},
        {"helpers/deep/further.hpp", "#include \"tests/parallel.hpp\""},
        {"helpers/lower/upwards.hpp", "#include \"helpers/upper/a.hpp\""},
        {"helpers/headers/upwards.hpp", "#include \"helpers/lower/a.hpp\""},
        {"helpers/framework.cpp", "#include <catch2/catch_test_macros.hpp>"},
        {"fixtures/upwards.hpp", "#include \"tests/trust/one_rogue.hpp\""},
        {"fixtures/beside.cpp", "#include \"settings.hpp\""},
        {"fixtures/waits.cpp", joined_up("std::this_thread::sleep#_for(1ms);")},
        {"tests/waits.cpp", joined_up("    std::this_thread::sleep#_for(1ms);")},
        {"tests/waits_too.cpp", joined_up("::poll#(nullptr, 0, 5);")},
        {"tests/common.cpp", ""},
        {"helpers/misc/a.cpp", ""},
    };
    for (const auto& [file, text] : wrong) {
        CAPTURE(file, text);
        write(file, text);
        const Findings findings = check_tree(scratch.path());
        INFO(joined(findings));
        CHECK(findings.size() == 1);
        fs::remove(scratch.path() / file);
        if (file.starts_with("helpers/misc")) {
            fs::remove(scratch.path() / "helpers/misc");
        }
    }
}

// Goal:   the layout stays what the README says: tests -> fixtures -> helpers, and one way through
//         the rooms of helpers/; no wait by sleeping; names that say something.
// Method: every source file is read for its includes, its calls and its name. The same reading on a
//         made-up tree that breaks each rule once shows that it sees them.
#include "fixtures/run/scratch_directory.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_container_properties.hpp>

#include <algorithm>
#include <fstream>
#include <string>
#include <vector>

using namespace firstlock;
using Catch::Matchers::IsEmpty;

namespace {

namespace fs = std::filesystem;
using Texts = std::vector<std::string>;

/// The whole house in its order: each room may include itself and those before it. helpers/ has
/// first what its list does not build, which are headers, and then its rooms as they are listed.
Texts rooms_in_order(const fs::path& root)
{
    Texts rooms{"helpers/"};
    std::ifstream list(root / "helpers/CMakeLists.txt");
    const std::string word = "add_subdirectory(";
    for (std::string line; std::getline(list, line);) {
        if (const auto at = line.find(word); at != std::string::npos) {
            const auto begin = at + word.size();
            rooms.push_back("helpers/" + line.substr(begin, line.find(')') - begin) + "/");
        }
    }
    rooms.insert(rooms.end(), {"fixtures/", "tests/"});
    return rooms;
}

/// How far down the house `path` lies; -1 outside of it. Catch2 stands at the door of fixtures/.
std::ptrdiff_t depth_of(const std::string& path, const Texts& rooms)
{
    const std::string inside = path.starts_with("catch2/") ? "fixtures/" : path;
    const auto room = std::find_if(rooms.rbegin(), rooms.rend(),
                                   [&](const auto& each) { return inside.starts_with(each); });
    return rooms.rend() - room - 1;
}

/// What is wrong with one line of the file `path`, if anything.
std::string finding_in(const std::string& line, const std::string& path, const Texts& rooms)
{
    const std::string include = "#include ";
    if (line.starts_with(include)) {
        const std::string target = line.substr(include.size() + 1);
        const auto depth = depth_of(target, rooms);
        if (depth < 0 && line[include.size()] == '"') {
            return "an include is not from the root: " + target;
        }
        return depth > depth_of(path, rooms) ? "must not include " + target : "";
    }
    for (std::string call :
         {"sleep~_for", "sleep~_until", "u~sleep(", "nano~sleep", "::sl~eep(", "poll~(nullptr"}) {
        std::erase(call, '~'); // so that this file does not hold what it looks for
        if (!path.starts_with("helpers/") && line.find(call) != std::string::npos) {
            return "waits by " + call;
        }
    }
    return "";
}

/// One finding per line.
std::string check_tree(const fs::path& root)
{
    std::string findings;
    const Texts rooms = rooms_in_order(root);
    for (const char* const layer : {"helpers", "fixtures", "tests"}) {
        for (const auto& entry : fs::recursive_directory_iterator(root / layer)) {
            const std::string path = fs::relative(entry.path(), root).string();
            for (const char* const word : {"utils", "util", "common", "misc", "base"}) {
                if (entry.path().stem() == word) {
                    findings += path + ": the name says nothing\n";
                }
            }
            if (entry.path().extension() != ".cpp" && entry.path().extension() != ".hpp") {
                continue;
            }
            std::ifstream file(entry.path());
            int number = 0;
            for (std::string line; std::getline(file, line);) {
                ++number;
                if (const std::string finding = finding_in(line, path, rooms); !finding.empty()) {
                    findings += path + ":" + std::to_string(number) + ": " + finding + "\n";
                }
            }
        }
    }
    return findings;
}

} // namespace

TEST_CASE("harness.layering: includes point one way and nothing waits by sleeping and names say "
          "something")
{
    CHECK_THAT(check_tree(FIRSTLOCK_SOURCE_DIRECTORY), IsEmpty());
}

TEST_CASE("harness.layering: a tree that breaks each rule is found out")
{
    const ScratchDirectory scratch;
    const auto write = [&](const std::string& file, std::string text) {
        std::erase(text, '~');
        fs::create_directories((scratch.path() / file).parent_path());
        std::ofstream(scratch.path() / file) << text << "\n";
    };
    write("helpers/CMakeLists.txt", "add_subdirectory(lower)\nadd_subdirectory(upper)");
    write("helpers/lower/fine.cpp", "#include \"helpers/headers/a.hpp\"\n#include <string>");
    write("helpers/upper/fine.cpp", "#include \"helpers/lower/a.hpp\"");
    write("fixtures/fine.cpp", "#include \"helpers/a.hpp\"\n#include <catch2/catch_all.hpp>");
    write("tests/fine.cpp",
          "#include \"helpers/a.hpp\"\n#include \"fixtures/a.hpp\"\n#include \"tests/a.hpp\"");
    CHECK_THAT(check_tree(scratch.path()), IsEmpty());

    const std::vector<std::pair<std::string, std::string>> wrong{
        {"helpers/upwards.cpp", "#include \"fixtures/run/settings.hpp\""},
        {"helpers/deep/further.hpp", "#include \"tests/parallel.hpp\""},
        {"helpers/lower/upwards.hpp", "#include \"helpers/upper/a.hpp\""},
        {"helpers/headers/upwards.hpp", "#include \"helpers/lower/a.hpp\""},
        {"helpers/framework.cpp", "#include <catch2/catch_test_macros.hpp>"},
        {"fixtures/upwards.hpp", "#include \"tests/trust/one_rogue.hpp\""},
        {"fixtures/beside.cpp", "#include \"settings.hpp\""},
        {"fixtures/waits.cpp", "std::this_thread::sleep~_for(1ms);"},
        {"tests/waits.cpp", "    std::this_thread::sleep~_for(1ms);"},
        {"tests/waits_too.cpp", "::poll~(nullptr, 0, 5);"},
        {"tests/common.cpp", ""},
        {"helpers/misc/a.cpp", ""},
    };
    for (const auto& [file, text] : wrong) {
        CAPTURE(file, text);
        write(file, text);
        const std::string findings = check_tree(scratch.path());
        CHECK(std::count(findings.begin(), findings.end(), '\n') == 1);
        // helpers/misc is a finding without its file too.
        fs::remove_all(scratch.path() / (file.starts_with("helpers/misc") ? "helpers/misc" : file));
    }
}

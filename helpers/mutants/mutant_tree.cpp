#include "helpers/mutants/mutant_tree.hpp"

#include "helpers/process/child.hpp"
#include "helpers/results/recorded_files.hpp"

#include <nlohmann/json.hpp>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace firstlock {
namespace {

namespace fs = std::filesystem;

void write_text(const fs::path& file, const std::string& text)
{
    fs::create_directories(file.parent_path());
    std::ofstream out(file, std::ios::binary);
    if (!(out << text << std::flush)) {
        throw std::runtime_error("cannot write '" + file.string() + "'");
    }
}

std::set<fs::path> files_of(const fs::path& root)
{
    std::set<fs::path> files;
    for (const char* const part : {"CMakeLists.txt", "CMakePresets.json", "CTestPresets.json",
                                   "README.md", "tests", "fixtures", "helpers"}) {
        if (!fs::is_directory(root / part)) {
            files.insert(part);
            continue;
        }
        for (const auto& entry : fs::recursive_directory_iterator(root / part)) {
            if (entry.is_regular_file()) {
                files.insert(fs::relative(entry.path(), root));
            }
        }
    }
    return files;
}

std::string quoted(const std::string& text)
{
    std::string quoted = "'";
    for (const char each : text) {
        quoted += each == '\'' ? std::string("'\\''") : std::string(1, each);
    }
    return quoted + "'";
}

/// A pattern of CTest's that matches these names and hardly any other.
std::string pattern_of(const std::vector<std::string>& names)
{
    std::string pattern;
    for (std::string name : names) {
        for (char& each : name) {
            each = std::string_view("[](){}*+?^$|\\").find(each) == std::string_view::npos ? each
                                                                                           : '.';
        }
        pattern += (pattern.empty() ? "^(" : "|") + name;
    }
    return pattern + ")$";
}

/// Settings of whoever runs this are not for the suites that have the defects, but for this one.
std::vector<std::string> kept_settings()
{
    const char* const factor = std::getenv("FIRSTLOCK_DEADLINE_FACTOR");
    return factor == nullptr ? std::vector<std::string>()
                             : std::vector{std::string("FIRSTLOCK_DEADLINE_FACTOR=") + factor};
}

} // namespace

MutantTree::MutantTree(const fs::path& root, fs::path directory) : directory_(std::move(directory))
{
    const fs::path copy = tree();
    const auto files = files_of(root);
    std::string all;
    for (const fs::path& file : files) {
        const std::string text = read_text(root / file);
        // What is tried and what is told about it change no verdict.
        all += file.filename() == "table.json" || file.extension() == ".md" ? ""
                                                                            : file.string() + text;
        if (!fs::exists(copy / file) || read_text(copy / file) != text) {
            write_text(copy / file, text);
            fs::permissions(copy / file, fs::status(root / file).permissions());
        }
    }
    hash_ = std::hash<std::string>()(all);
    for (const fs::path& file : files_of(copy)) {
        if (!files.contains(file)) {
            fs::remove(copy / file);
        }
    }
    // A defect in what ends processes could end others than its own: where the system allows it,
    // they see only themselves.
    const std::string apart = "unshare --pid --fork --kill-child --mount-proc ";
    apart_ = succeeds(apart + "true") ? apart : "";
}

bool MutantTree::succeeds(const std::string& command) const
{
    const std::string line =
        "cd " + quoted(directory_.string()) + " && (" + command + ") >log 2>&1 </dev/null";
    // A child of the house: Ctrl-C and whatever else ends this process end what it runs.
    Child child({"/bin/sh", {"-c", line}, inherited_environment("FIRSTLOCK_", kept_settings())});
    return child.wait(Deadline(std::chrono::hours(24))).value_or(ExitStatus{1}).ok();
}

void MutantTree::fail(const std::string& what) const
{
    throw std::runtime_error(what + "; see '" + (directory_ / "log").string() + "'");
}

bool MutantTree::builds(const std::string& targets)
{
    return succeeds("cmake --build build --parallel 2 --target " + targets);
}

void MutantTree::build(const fs::path& initial_cache)
{
    if (!succeeds("cmake -C " + quoted(initial_cache.string()) +
                  " -S tree -B build -G Ninja -DCMAKE_BUILD_TYPE=Debug "
                  "-DCMAKE_CXX_FLAGS_DEBUG=-O0") ||
        !builds("all") || !succeeds("ctest --test-dir build --show-only=json-v1 2>/dev/null")) {
        fail("the tree does not build without a defect");
    }
    const auto list = read_json(directory_ / "log");
    for (const auto& test : list.at("tests")) {
        const fs::path executable = test.at("command").at(0).get<std::string>();
        targets_[test.at("name")] = executable.filename();
    }
}

std::string MutantTree::targets_for(const Mutant& mutant) const
{
    if (mutant.red.empty()) {
        return "firstlock-label-quick firstlock-label-parallel firstlock-label-promises";
    }
    const auto found = targets_.find(mutant.red);
    if (found == targets_.end()) {
        throw std::runtime_error("there is no case '" + mutant.red + "', which is to see '" +
                                 mutant.text + "' in " + mutant.file);
    }
    return "firstlock-cases-setup " + found->second;
}

std::string MutantTree::run_cases(const std::string& selection)
{
    if (succeeds(apart_ + "ctest --test-dir build --stop-on-failure --no-tests=error -j 2 " +
                 selection)) {
        return "";
    }
    std::istringstream log(read_text(directory_ / "log"));
    for (std::string line; std::getline(log, line);) {
        // " 3/40 Test #15: NAME ......***Failed    2.04 sec"
        const auto name = line.find(": ");
        const auto end = line.find("***");
        if (end != std::string::npos && name < end && line.compare(end, 10, "***Skipped") != 0 &&
            line.compare(end, 10, "***Not Run") != 0) {
            return line.substr(name + 2, line.find_last_not_of(" .", end - 1) - name - 1);
        }
    }
    fail("ctest ran no case of '" + selection + "'");
}

std::string MutantTree::first_red(const std::string& selection)
{
    constexpr int chances = 3;
    for (int chance = 0; chance < chances; ++chance) {
        std::string red = run_cases(selection);
        // A case that is red once may have met a busy machine, not the defect.
        if (red.empty() || !run_cases("-R " + quoted(pattern_of({red}))).empty()) {
            return red;
        }
    }
    return "";
}

std::string MutantTree::first_red_of_any()
{
    for (const char* const selection :
         {// what reads the sources would see a defect without running it
          "-L '^quick$' -E '^harness[.]mutants'", "-R '^parallel[.](5|50) rows'",
          "-L '^promises$'"}) {
        if (std::string red = first_red(selection); !red.empty()) {
            return red;
        }
    }
    return "";
}

void MutantTree::check_green(const std::vector<Mutant>& mutants)
{
    std::set<std::string> cases;
    for (const Mutant& mutant : mutants) {
        targets_for(mutant); // or it would be found out half an hour later
        cases.insert(mutant.red);
    }
    std::string red;
    if (cases == std::set<std::string>{""}) {
        red = first_red_of_any();
    }
    constexpr std::size_t at_once = 10; // what CTest makes of a pattern has its limits
    std::vector<std::string> some;
    for (auto each = cases.begin(); each != cases.end() && red.empty();) {
        some.push_back(*each++);
        if (some.size() == at_once || each == cases.end()) {
            red = some.front().empty()
                      ? ""
                      : first_red("-R " + quoted(pattern_of(std::exchange(some, {}))));
        }
    }
    if (!red.empty()) {
        fail("without a defect '" + red + "' is red");
    }
}

MutantEnd MutantTree::attempt(const Mutant& mutant)
{
    const fs::path file = tree() / mutant.file;
    const std::string source = read_text(file);
    write_text(file, mutated(source, mutant));
    MutantEnd end;
    if (!builds(targets_for(mutant))) {
        end.fate = Fate::stillborn;
        write_text(file, source);
        if (!builds(targets_for(mutant))) { // it was not the defect: a full disk, for one
            fail("the tree does not build any more without a defect");
        }
    } else {
        end.by = mutant.red.empty() ? first_red_of_any()
                                    : first_red("-R " + quoted(pattern_of({mutant.red})));
        // Another one may be that of the settings, without which no case runs.
        const bool is_seen = mutant.red.empty() ? !end.by.empty() : end.by == mutant.red;
        end.fate = is_seen ? Fate::killed : Fate::survived;
    }
    write_text(file, source);
    return end;
}

} // namespace firstlock

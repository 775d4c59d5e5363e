#include "helpers/mutants/mutant_tree.hpp"

#include <nlohmann/json.hpp>

#include <sys/wait.h>

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string_view>

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

/// A pattern of CTest's that the text fits, and hardly another.
std::string pattern_of(std::string text)
{
    for (char& each : text) {
        each = std::string_view("[](){}*+?^$|\\").find(each) == std::string_view::npos ? each : '.';
    }
    return "^" + text + "$";
}

} // namespace

MutantTree::MutantTree(const fs::path& root, fs::path directory) : directory_(std::move(directory))
{
    const fs::path copy = tree();
    const auto files = files_of(root);
    std::string all;
    for (const fs::path& file : files) {
        const std::string text = read_text(root / file);
        all += file.string() + text;
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
        "cd " + quoted(directory_.string()) + " && " + command + " >log 2>&1 </dev/null";
    const int status = std::system(line.c_str());
    if (status == -1 || WIFSIGNALED(status) || WEXITSTATUS(status) == 128 + SIGINT) {
        throw std::runtime_error("interrupted; the next run goes on from here");
    }
    return status == 0;
}

bool MutantTree::builds(const std::string& targets)
{
    return succeeds("cmake --build build --parallel 2 --target " + targets);
}

void MutantTree::build()
{
    if (!succeeds("cmake -S tree -B build -G Ninja -DCMAKE_BUILD_TYPE=Debug "
                  "-DCMAKE_CXX_FLAGS_DEBUG=-O0") ||
        !builds("all") || !succeeds("ctest --test-dir build --show-only=json-v1")) {
        throw std::runtime_error("the tree does not build without a mutant; see '" +
                                 (directory_ / "log").string() + "'");
    }
    const auto list = nlohmann::json::parse(read_text(directory_ / "log"));
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
    throw std::runtime_error("ctest ran no case of '" + selection + "'; see '" +
                             (directory_ / "log").string() + "'");
}

std::string MutantTree::first_red(const std::string& selection)
{
    constexpr int chances = 3;
    for (int chance = 0; chance < chances; ++chance) {
        const std::string red = run_cases(selection);
        // A case that is red once may have met a busy machine, not the defect.
        if (red.empty() || !run_cases("-R " + quoted(pattern_of(red))).empty()) {
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

void MutantTree::check_green()
{
    if (const std::string red = first_red_of_any(); !red.empty()) {
        throw std::runtime_error("without a mutant '" + red + "' is red; see '" +
                                 (directory_ / "log").string() + "'");
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
    } else {
        end.by = mutant.red.empty() ? first_red_of_any()
                                    : first_red("-R " + quoted(pattern_of(mutant.red)));
        end.fate = end.by.empty() ? Fate::survived : Fate::killed;
    }
    write_text(file, source);
    return end;
}

} // namespace firstlock

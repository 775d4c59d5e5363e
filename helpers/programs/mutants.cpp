// firstlock-mutants: puts one defect after the other into a copy of the suite and says which of
// them no case sees. Goes on where it was interrupted. Exit status 0 when all were killed, 1 when
// one survived or nothing could be tried.
#include "helpers/described/json.hpp"
#include "helpers/described/names.hpp"
#include "helpers/mutants/mutant_tree.hpp"
#include "helpers/process/descriptor.hpp"
#include "helpers/results/results_folder.hpp"
#include "helpers/results/text_table.hpp"

#include <CLI/CLI.hpp>

#include <fcntl.h>
#include <sys/file.h>

#include <cerrno>
#include <exception>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <map>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

namespace {

using namespace firstlock;
namespace fs = std::filesystem;

struct Tried {
    Mutant mutant;
    MutantEnd end;
};

/// What was found out by an earlier run on the same sources. A line per mutant.
class Memory {
  public:
    Memory(fs::path file, std::size_t tree) : file_(std::move(file)), tree_(tree)
    {
        std::ifstream lines(file_);
        std::size_t key = 0;
        std::string fate;
        for (std::string by; lines >> key >> fate && std::getline(lines >> std::ws, by);) {
            if (const auto known = find_named<Fate>(fate)) {
                ends_[key] = {*known, by == "-" ? "" : by};
            }
        }
    }
    const MutantEnd* find(const Mutant& mutant) const
    {
        const auto found = ends_.find(key_of(mutant));
        return found == ends_.end() ? nullptr : &found->second;
    }
    void keep(const Mutant& mutant, const MutantEnd& end)
    {
        append_line(file_, std::to_string(key_of(mutant)) + " " + std::string(name_of(end.fate)) +
                               " " + (end.by.empty() ? "-" : end.by));
    }

  private:
    std::size_t key_of(const Mutant& mutant) const
    {
        return std::hash<std::string>()(std::to_string(tree_) + nlohmann::json(mutant).dump());
    }

    fs::path file_;
    std::size_t tree_;
    std::map<std::size_t, MutantEnd> ends_;
};

std::string first_line_of(const std::string& text)
{
    const auto begin = text.find_first_not_of(" \n");
    return begin == std::string::npos ? "" : text.substr(begin, text.find('\n', begin) - begin);
}

/// The line that is not the same in both texts, which may have lines before it in common.
std::string changed_line(const std::string& text, const std::string& other)
{
    std::size_t at = 0;
    while (at < text.size() && at < other.size() && text[at] == other[at]) {
        ++at;
    }
    const auto feed = at == 0 ? std::string::npos : text.rfind('\n', at - 1);
    return first_line_of(text.substr(feed == std::string::npos ? 0 : feed));
}

std::vector<Tried> attempt_each(MutantTree& tree, const std::vector<Mutant>& mutants,
                                std::size_t count)
{
    Memory memory(tree.directory() / "tried", tree.hash());
    std::vector<Tried> all;
    for (const Mutant& mutant : mutants) {
        if (all.size() == count) {
            break;
        }
        const MutantEnd* const known = memory.find(mutant);
        const MutantEnd end = known != nullptr ? *known : tree.attempt(mutant);
        const bool was_drawn = mutant.red.empty();
        // One that is drawn may be no program; one that a person wrote down has to be one.
        const bool is_one = end.fate != Fate::stillborn;
        if (known == nullptr && (is_one || was_drawn)) {
            memory.keep(mutant, end);
        }
        if (!is_one && was_drawn) {
            continue;
        }
        all.push_back({mutant, end});
        std::cout << "[" << all.size() << "/" << count << "] " << name_of(end.fate)
                  << (end.by.empty() ? "" : " by ") << end.by << ": " << mutant.file << ": "
                  << changed_line(mutant.text, mutant.becomes) << " -> "
                  << changed_line(mutant.becomes, mutant.text) << std::endl;
    }
    return all;
}

int run(int argc, char** argv)
{
    CLI::App app{
        "Puts defects into a copy of the suite, one at a time, and runs the cases that must "
        "see them.\nWithout --random the defects are those of the table."};
    fs::path root = FIRSTLOCK_SOURCE_DIRECTORY;
    fs::path directory = FIRSTLOCK_MUTANTS_DIRECTORY;
    unsigned seed = 0;
    std::size_t count = 20;
    app.add_option("--tree", root, "the tree that is copied")->check(CLI::ExistingDirectory);
    app.add_option("--directory", directory, "where the copy and its build are kept");
    auto* const random = app.add_option(
        "--random", seed,
        "random defects of this seed, against quick, parallel's small cases and promises");
    app.add_option("--count", count, "how many random defects are tried")
        ->needs(random)
        ->check(CLI::Range(1, 10'000));
    CLI11_PARSE(app, argc, argv);

    fs::create_directories(directory);
    const Descriptor only_one(
        ::open((directory / "lock").c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0644));
    if (::flock(only_one.get(), LOCK_EX | LOCK_NB) != 0) {
        throw std::runtime_error("cannot lock '" + (directory / "lock").string() +
                                 "': " + std::generic_category().message(errno) +
                                 "; accepted: a --directory that no other run is at work in");
    }
    MutantTree tree(root, fs::absolute(directory));
    const std::vector<Mutant> mutants =
        random->count() > 0 ? random_mutants(tree.tree(), seed)
                            : read_mutants(tree.tree() / "helpers/mutants/table.json");
    std::cout << "building the suite without a defect in " << tree.directory().string() << " ..."
              << std::endl;
    tree.build(FIRSTLOCK_MUTANTS_CACHE);
    tree.check_green(mutants);
    const auto all = attempt_each(tree, mutants, random->count() > 0 ? count : mutants.size());
    std::map<Fate, std::size_t> fates;
    std::vector<Tried> others;
    for (const Tried& each : all) {
        ++fates[each.end.fate];
        if (each.end.fate != Fate::killed) {
            others.push_back(each);
        }
    }
    std::cout << table_of<Tried>(
                     others,
                     {{"alive", [](const Tried& each) { return each.mutant.file; }},
                      {"fate",
                       [](const Tried& each) { return std::string(name_of(each.end.fate)); }},
                      {"was",
                       [](const Tried& each) {
                           return changed_line(each.mutant.text, each.mutant.becomes);
                       }},
                      {"became",
                       [](const Tried& each) {
                           return changed_line(each.mutant.becomes, each.mutant.text);
                       }}})
              << fates[Fate::killed] << " of " << all.size() << " defects went red\n";
    return !all.empty() && fates[Fate::killed] == all.size() ? 0 : 1;
}

} // namespace

int main(int argc, char** argv)
{
    try {
        return run(argc, argv);
    } catch (const std::exception& error) {
        std::cerr << "firstlock-mutants: " << error.what() << "\n";
        return 1;
    }
}

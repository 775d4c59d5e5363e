#pragma once

#include "helpers/mutants/mutant.hpp"

#include <boost/describe/enum.hpp>

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace firstlock {

enum class Fate {
    killed,    ///< a case went red
    survived,  ///< none did
    stillborn, ///< it does not compile: no mutant
};
BOOST_DESCRIBE_ENUM(Fate, killed, survived, stillborn)

struct MutantEnd {
    Fate fate = Fate::survived;
    std::string by{}; ///< the first case that went red
};

/// A copy of a tree, with a build of its own, in which one mutant after the other is tried.
/// What commands print goes to `log` in its directory.
class MutantTree {
  public:
    /// Copies what differs, so that a second one in the same directory builds little. Throws
    /// std::filesystem::filesystem_error.
    MutantTree(const std::filesystem::path& root, std::filesystem::path directory);

    /// Configures the copy and builds it; `initial_cache` says with what (cmake -C). Throws
    /// std::runtime_error where that fails.
    void build(const std::filesystem::path& initial_cache);
    /// Runs the cases that are to see the mutants, without one. Throws std::runtime_error that
    /// names the first that is red, or that is not there: then no mutant can be judged.
    void check_green(const std::vector<Mutant>& mutants);
    /// Puts the defect in, builds, runs the case that must see it, or `quick`, the small cases of
    /// `parallel` and `promises`, and takes the defect out again.
    MutantEnd attempt(const Mutant& mutant);

    /// The root of the copy, which stays as it is when others go on working on the original.
    std::filesystem::path tree() const { return directory_ / "tree"; }
    const std::filesystem::path& directory() const { return directory_; }
    /// Of the sources in the copy.
    std::size_t hash() const { return hash_; }

  private:
    bool builds(const std::string& targets);
    /// What has to be built to run the case that must see it, or any. Throws std::runtime_error
    /// where there is no such case.
    std::string targets_for(const Mutant& mutant) const;
    /// The name of the first case that goes red; empty: none.
    std::string run_cases(const std::string& selection);
    /// The first that goes red also when it is run once more.
    std::string first_red(const std::string& selection);
    std::string first_red_of_any();
    bool succeeds(const std::string& command) const;
    [[noreturn]] void fail(const std::string& what) const;

    std::filesystem::path directory_;
    std::size_t hash_ = 0;
    std::map<std::string, std::string> targets_; ///< case -> the executable that has it
    std::string apart_;                          ///< what begins a command that runs mutants
};

} // namespace firstlock

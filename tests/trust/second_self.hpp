#pragma once

#include "helpers/process/line_child.hpp"

#include <string>
#include <vector>

namespace firstlock {

/// This executable once more, as a process that runs one hidden case: a parent of writers that may
/// be killed, or lose its rights and limits, without taking the running case along. It gets
/// `handed_over` variables, whose names begin with HARNESS_, and is told nothing else; when this
/// object goes, the process and its group do.
class SecondSelf {
  public:
    SecondSelf(const std::string& hidden_case, const std::vector<std::string>& handed_over);

    /// What follows `word` and a blank in the next line that begins so. Fails the case, with all
    /// that was said so far, when the process ends or the deadline passes before.
    std::string expect(const std::string& word);
    /// How it ended. Fails the case when it does not.
    ExitStatus end();
    Child& child() { return child_.child(); }

  private:
    LineChild child_;
    std::string said_; // for the failure
};

/// In the other process: what the variable HARNESS_`name` holds. Throws when it was not handed
/// over.
std::string handed_over(const std::string& name);
/// In the other process: says a line that expect(word) waits for.
void tell(const std::string& word, const std::string& rest);

} // namespace firstlock

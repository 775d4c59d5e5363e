#pragma once

#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace firstlock {

/// What to start. `executable` is a path and not looked up in PATH; `environment` is the whole of
/// it.
struct Command {
    std::filesystem::path executable;
    std::vector<std::string> arguments;
    std::vector<std::string> environment;
};

/// A child could not be started. `what()` names the executable, the system's reason and, where a
/// limit of the system is the cause, that limit and how to raise it.
class StartError : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

/// Throws it for the errno of a step on the way; a LimitError (limits.hpp) where it comes from one.
[[noreturn]] void throw_start_error(const Command& command, const std::string& step, int error);

/// The environment of this process without the variables that begin with `without_prefix`, plus
/// `extra`, which takes the place of inherited variables of the same names.
std::vector<std::string> inherited_environment(std::string_view without_prefix,
                                               const std::vector<std::string>& extra = {});

} // namespace firstlock

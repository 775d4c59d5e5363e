#pragma once

#include "helpers/web/server_settings.hpp"

#include <optional>

namespace firstlock::web {

/// Fills `settings` from the command line; the exit status where the program should end at once
/// (--help, a wrong call, whose reason is then on stderr).
std::optional<int> parse_server_command_line(int argc, char** argv, ServerSettings& settings);

} // namespace firstlock::web

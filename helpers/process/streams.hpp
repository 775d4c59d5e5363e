#pragma once

#include "helpers/process/command.hpp"
#include "helpers/process/descriptor.hpp"

#include <filesystem>
#include <system_error>

// What a child of `command` is given as its streams. All of it is close-on-exec: a writer that held
// another's stdin open would keep its gate shut for ever. Throws StartError.
namespace firstlock {

struct Pipe {
    Descriptor read_end, write_end;
};
Pipe make_pipe(const Command& command);

/// What TMPDIR names, or else /tmp; also where it is none, and why not is in `missing`.
std::filesystem::path directory_for_temporary_files(std::error_code& missing);

/// In memory, or else an unlinked one in the directory for temporary files: some containers refuse
/// the former. `purpose` names it in errors.
Descriptor make_unnamed_file(const Command& command, const std::string& purpose);

/// Moves what we keep of a child out of the way: the low numbers are for what the next child gets.
/// Where there is no room it stays.
Descriptor set_aside(Descriptor kept);

} // namespace firstlock

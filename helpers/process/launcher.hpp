#pragma once

#include "helpers/process/command.hpp"
#include "helpers/process/descriptor.hpp"

#include <sys/types.h>

namespace firstlock {

/// What a child that was started leaves with its parent: the far ends of its stdin and stdout, both
/// non-blocking, and the unnamed file that is its stderr.
struct Launched {
    pid_t pid = -1;
    Descriptor in, out, err;
};

/// Starts `command` through Boost.Process, in a process group of its own. Throws StartError. What a
/// start costs does not grow with the children that are alive.
Launched launch(const Command& command);

/// The same with streams of the caller's own. The child is the caller's to reap.
pid_t launch(const Command& command, int in, int out, int err);

} // namespace firstlock

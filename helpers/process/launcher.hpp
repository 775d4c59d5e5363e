#pragma once

#include "helpers/process/command.hpp"
#include "helpers/process/descriptor.hpp"

#include <sys/types.h>

#include <cstddef>
#include <functional>

namespace firstlock {

/// What a child that was started leaves with its parent: the far ends of its stdin and stdout, both
/// non-blocking, and the unnamed file that is its stderr.
struct Launched {
    pid_t pid = -1;
    Descriptor in, out, err;
};

/// Starts `command` through Boost.Process, in a process group of its own. Throws StartError.
Launched launch(const Command& command);

/// Starts `count` children in order; `take` gets each as it comes. Throws as launch() does, after
/// `take` has had those before. What one start costs does not grow with the children that are
/// alive: a fork copies, and an exec walks, the table of open descriptors, which for a parent of
/// thousands is long; so on Linux all is started by a thread with a table of its own, from which
/// `command_of` is called (a writer among 5000: 1.3 ms without, beside 0.6 ms among 100). Not for
/// two threads at once.
void launch_all(std::size_t count, const std::function<const Command&(std::size_t)>& command_of,
                const std::function<void(Launched)>& take);

} // namespace firstlock

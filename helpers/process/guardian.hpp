#pragma once

#include "helpers/process/group_table.hpp"

namespace firstlock {

/// The account of the groups of this process's children, which its guardian kills when this process
/// has ended and could not do so itself: SIGKILL, as from a timeout of CTest, or a crash. Writers
/// that have heard `go` would go on writing, into the next case. The guardian is a small program
/// (helpers/programs/guardian.cpp) in a process group of its own, which holds none of our streams
/// and ends with us. The first call starts it; the first child does that. Throws StartError. A
/// process that is about to lose its rights calls before. Call from one thread only.
GroupTable& guarded_groups();

/// Ends the guardian and reaps it, so that this process has no child but those of a case; the next
/// child starts a new one. Groups that are alive are killed.
void dismiss_guardian();

} // namespace firstlock

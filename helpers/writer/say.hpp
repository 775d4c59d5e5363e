#pragma once

#include <string_view>

// How a child of the suite talks with its parent: in lines, nothing of which is held back in a
// buffer.
namespace firstlock {

/// One line on stdout, `line` and a line feed. Where nobody listens any more SIGPIPE ends this
/// process, which is right.
void say(std::string_view line);

/// Waits for the line `go` on stdin, and reads nothing after it. False for anything else, the end
/// of stdin included: the parent is gone, and the database stays untouched.
bool wait_for_go();

} // namespace firstlock

#pragma once

#include <string>
#include <string_view>

namespace firstlock {

/// What is said between a case and firstlock-user or firstlock-session, as one line: the `prefix`
/// of its type and what is described of it, in JSON. In lines.cpp for UserTask and SessionTask, the
/// single arguments of the two, and for RequestReport and StatementAnswer.
template <typename Said>
std::string line_of(const Said& said);

/// The other direction. Throws std::runtime_error that quotes the line and names the key which is
/// missing, unknown or makes no sense.
template <typename Said>
Said said_in(std::string_view line);

} // namespace firstlock

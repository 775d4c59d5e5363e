#pragma once

#include "helpers/sqlite/settings.hpp"

#include <string>
#include <vector>

namespace firstlock {

/// A record of calls with a line for each statement: the locks that it took, in their order, how
/// often it synced each file, how it ended the journal, the locks that it gave back. Of pragmas
/// only that they were run: what they read is SQLite's own affair; and nothing of what lies between
/// statements, where SQLite reads the schema. The first line is empty, for a better look of what
/// differs.
std::string in_short(const std::vector<std::string>& record);

/// The same as SQLite documents it for a writer with `settings`, where another connection has the
/// database open and has written to it.
struct DocumentedCalls {
    std::string before_go = "\n", after_go = "\n";
};
DocumentedCalls documented_calls(const WriterSettings& settings);

} // namespace firstlock

#pragma once

#include <filesystem>
#include <string>

namespace firstlock {

/// The writer in `language` (sh, python, node) as README.md shows it: the fenced block behind the
/// line
/// `<!-- writer: LANGUAGE -->`. Throws std::runtime_error when there is none.
std::string readme_writer_text(const std::string& language);

/// Puts that text into a file in `directory` and gives back the command that runs it, as a person
/// would set FIRSTLOCK_WRITER. Skips the case, with the reason, where the interpreter or its SQLite
/// is missing.
std::string readme_writer(const std::string& language, const std::filesystem::path& directory);

} // namespace firstlock

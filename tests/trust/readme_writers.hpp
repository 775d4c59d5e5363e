#pragma once

#include <filesystem>
#include <string>

namespace firstlock {

/// The writer in `language` (sh, python, node) as README.md shows it: the fenced block after the
/// line `<!-- writer: LANGUAGE -->`. Throws std::runtime_error when there is none.
std::string readme_writer_text(const std::string& language);

/// Whether a shell command ends with 0; what it prints is dropped.
bool succeeds(const std::string& shell_command);

/// Puts that text into a file in `directory` and gives back the command that runs it, as a person
/// would set FIRSTLOCK_WRITER. Skips the case, with the reason, where the interpreter or its SQLite
/// is missing.
std::string readme_writer(const std::string& language, const std::filesystem::path& directory);

} // namespace firstlock

#pragma once

#include <stdexcept>
#include <string>

namespace firstlock {

/// The symbolic name of an extended SQLite result code, such as "SQLITE_BUSY_SNAPSHOT" for 517;
/// "SQLITE_7777" for one that this file does not know. Source of names and numbers:
/// https://sqlite.org/rescode.html
std::string code_name(int extended_code);

/// Whether `extended_code` is of the SQLITE_BUSY (5) or SQLITE_LOCKED (6) family, or
/// SQLITE_PROTOCOL (15), which is how WAL reports that it lost the race for its locks too often.
/// The primary code is the low byte.
bool is_locked_code(int extended_code);

/// A refusal by SQLite that the caller did not expect. `what()` names the step, the extended code
/// and SQLite's own message; `code()` is the extended code.
class SqliteError : public std::runtime_error {
  public:
    SqliteError(const std::string& step, int extended_code, const std::string& message);
    int code() const { return code_; }

  private:
    int code_;
};

} // namespace firstlock

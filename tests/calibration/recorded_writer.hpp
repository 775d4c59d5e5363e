#pragma once

#include "helpers/process/line_child.hpp"
#include "helpers/writer/protocol.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace firstlock {

/// The reader's end of a record of calls (helpers/sqlite/call_record.hpp). It is a FIFO, so that a
/// case can wait for what a process asks of SQLite or the system, and need not guess when.
class CallRecord {
  public:
    /// Makes the FIFO. Throws std::system_error.
    explicit CallRecord(const std::filesystem::path& fifo);

    const std::filesystem::path& path() const { return path_; }
    /// The lines since the last call.
    std::vector<std::string> take();
    /// Waits until so many sleeps of those not taken yet have been asked for. Throws
    /// std::runtime_error when the recorded process ends before, or at a deadline.
    void await_sleeps(std::size_t count);

  private:
    bool read_some();

    std::filesystem::path path_;
    Descriptor descriptor_;
    std::string unread_;
};

/// firstlock-recorded-writer: the code of the suite's own writer, and a record of its calls.
std::filesystem::path recorded_writer();

/// One such writer in a process of its own, ready, with its record beside the database.
class RecordedWriter {
  public:
    RecordedWriter(const std::filesystem::path& database, const WriterSettings& settings);

    void release() { child_.say("go"); }
    /// Its report, after which it has ended well.
    Report report();
    LineChild& child() { return child_; }

    CallRecord record;

  private:
    LineChild child_;
};

/// Skips the case where `journal_mode` is WAL and SQLite may wait for its locks without a sleep.
void skip_where_no_sleep_is_asked_for(const std::string& journal_mode);

/// The microseconds of the sleeps in `lines`, in milliseconds.
std::vector<double> sleeps_ms(const std::vector<std::string>& lines);

} // namespace firstlock

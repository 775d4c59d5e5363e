#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>

namespace firstlock {

/// One thing that a writer's VFS did to a directory, or that the writer said. Syncs are two
/// operations: only what was logged before the beginning is covered, and only from the end on.
struct Operation {
    enum class Kind : std::uint8_t {
        create,
        write,
        truncate,
        sync_begin,
        sync_end,
        remove,
        directory_sync, ///< everything that was logged before it is on disk
        begun,          ///< a transaction: `offset` is its number, `size` its rows
        acknowledged,   ///< likewise
    };
    Kind kind = Kind::write;
    std::uint32_t writer = 0;
    std::int64_t time_ns = 0;
    std::int64_t offset = 0; ///< of a write; the new length of a truncate
    std::uint64_t size = 0;  ///< of a write's data
    std::string name;        ///< the file's, without its directory
    std::string data;
};

/// Appends operations to a file that several processes share, each by one write, so that the file's
/// order is the order in which they were done. Throws std::system_error from the constructor; a log
/// that cannot be written later ends the process, since a log with holes proves nothing.
class OperationLog {
  public:
    OperationLog(const std::filesystem::path& file, std::uint32_t writer);
    ~OperationLog();
    OperationLog(const OperationLog&) = delete;
    OperationLog& operator=(const OperationLog&) = delete;

    void add(Operation::Kind kind, std::string_view name, std::int64_t offset = 0,
             std::string_view data = {});
    void note(Operation::Kind kind, std::uint32_t transaction, std::uint32_t rows);

  private:
    void append(const Operation& head, std::string_view name, std::string_view data) const;

    int descriptor_;
    std::uint32_t writer_;
};

/// Reads a log from its beginning; nullopt-like false at its end. Throws std::runtime_error on a
/// torn record.
class OperationReader {
  public:
    explicit OperationReader(const std::filesystem::path& file);
    std::size_t count() const { return count_; }
    /// False at the end.
    bool next(Operation& operation);

  private:
    std::string text_;
    std::size_t at_ = 0;
    std::size_t count_ = 0;
};

} // namespace firstlock

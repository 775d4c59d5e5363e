#pragma once

#include "helpers/process/descriptor.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace firstlock {

/// One thing that a writer's VFS did to a directory, or that the writer said; as it stands in the
/// log, where the bytes of the name and of the data come after it. Syncs are two operations: only
/// what was logged before the beginning is covered, and only from the end on.
struct OperationHead {
    enum class Kind : std::uint8_t {
        create,
        write,
        truncate,
        sync_begin,
        sync_end,
        remove,
        directory_sync, ///< everything that was logged before it is on disk
        begun,          ///< a transaction: `offset` is its number
        acknowledged,   ///< likewise
    };
    Kind kind = Kind::write;
    std::uint32_t writer = 0;
    std::int64_t offset = 0;  ///< of a write; the new length of a truncate
    std::uint32_t rows = 0;   ///< of a transaction
    std::int64_t time_ns = 0; ///< when it was logged
    std::uint64_t name_bytes = 0, data_bytes = 0;
};

struct Operation : OperationHead {
    std::string name; ///< the file's, without its directory
    std::string data;
};

/// Appends operations to a file that several processes share, each by one write, so that the file's
/// order is the order in which they were done. Throws std::system_error from the constructor; a log
/// that cannot be written later ends the process, since a log with holes proves nothing. Without a
/// file it logs nothing.
class OperationLog {
  public:
    OperationLog(const std::filesystem::path& file, std::uint32_t writer);

    /// The writer and the moment are filled in.
    void add(OperationHead head, std::string_view name = {}, std::string_view data = {}) const;

  private:
    Descriptor descriptor_;
    std::uint32_t writer_;
};

/// All of a log. Throws std::runtime_error on a torn record.
std::vector<Operation> read_operations(const std::filesystem::path& file);

} // namespace firstlock

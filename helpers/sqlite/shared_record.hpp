#pragma once

#include "helpers/sqlite/vfs_call.hpp"

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace firstlock {

/// What a writer's SQLite asked of its VFS, in their order.
struct RecordedCalls {
    std::vector<VfsCall> calls; ///< a sleep that never ended has no `end_ns`
    bool is_full = false;       ///< calls after the last one had no room
};

/// Memory that the writers of one trial and their parent share, with a part for each: what is in it
/// survives a writer's SIGKILL. It is a file in memory (/dev/shm, else the directory of temporary
/// files), never more than half of what is free there, and lives until has_been_mapped() or the
/// destructor. The parent's end.
class SharedRecord {
  public:
    // SQLite's handler gives up after 60 attempts at 5 s, of four calls each; one that polls each
    // millisecond makes 20,000 calls in that time. A page has room for 170.
    static constexpr std::size_t pages_max = 96;
    /// Throws std::system_error where there is no place for it.
    explicit SharedRecord(std::size_t writers, std::size_t pages_for_each = pages_max);
    ~SharedRecord();
    SharedRecord(const SharedRecord&) = delete;
    SharedRecord& operator=(const SharedRecord&) = delete;

    const std::filesystem::path& path() const { return path_; }
    /// All writers are at work on it, so its name can go: nothing is left over then, whatever ends
    /// this process.
    void has_been_mapped();
    RecordedCalls calls_of(std::size_t writer) const;

  private:
    struct Unmap {
        std::size_t bytes;
        void operator()(std::byte* memory) const;
    };
    std::filesystem::path path_;
    std::unique_ptr<std::byte, Unmap> memory_;
};

/// The writer's end: from now on notes each call of this process in the part of `writer`. Instead
/// of record_sleeps(), and once per process, before the first connection. Throws std::system_error
/// where the record cannot be mapped, std::invalid_argument where it has no such part.
void record_calls_in(const std::filesystem::path& record, std::size_t writer);

} // namespace firstlock

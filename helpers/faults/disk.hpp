#pragma once

#include "helpers/faults/operation_log.hpp"

#include <cstdint>
#include <deque>
#include <filesystem>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

namespace firstlock {

/// What a directory may hold after the power failed: made from a log of operations, up to any point
/// of it. What was synced stays; of the rest each write is kept, dropped, kept in some of its
/// sectors, or garbage in some of them, whatever its order; directory entries, made and removed,
/// are on disk up to some operation of the past, in their order, as a journalling file system has
/// it. A sector is 512 bytes; bytes outside of a write are never harmed (SQLite's "powersafe
/// overwrite", its default).
class Disk {
  public:
    /// The content of `directory` is on disk, to the last byte; its -shm files are not part of any
    /// disk.
    explicit Disk(const std::filesystem::path& directory);
    Disk(const Disk&) = delete; // its files would be shared
    Disk& operator=(const Disk&) = delete;
    ~Disk() = default;
    /// The next operation of the log.
    void apply(const Operation& operation);
    /// What is in the files as long as the power stays.
    std::map<std::string, std::string> contents() const;
    /// Replaces the content of `directory` by one of the things that may be found there now.
    void cut(std::mt19937_64& random, const std::filesystem::path& directory) const;

  private:
    struct Change { // of a file: a write, or with `is_truncate` a new length
        std::uint64_t number;
        std::int64_t offset;
        std::string data;
        bool is_truncate;
    };
    struct File {
        std::string durable;
        std::deque<Change> pending;
        std::map<std::uint32_t, std::uint64_t>
            sync_from; ///< by writer: changes below that number are covered
    };
    struct Entry { // of the directory
        std::string name;
        std::shared_ptr<File> file; ///< null: removed
    };
    using Names = std::map<std::string, std::shared_ptr<File>>;

    static void apply_change(std::string& content, const Change& change);
    static std::string content_after_cut(const File& file, std::mt19937_64& random);
    File& open_file(const std::string& name);

    Names durable_, visible_;
    Names unnamed_; ///< by former name: removed, and written through descriptors that outlive it
    std::vector<Entry> pending_;
    std::uint64_t changes_ = 0;
};

} // namespace firstlock

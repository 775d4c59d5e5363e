#pragma once

#include "helpers/locks/lock.hpp"
#include "helpers/process/descriptor.hpp"

#include <sys/stat.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace firstlock {

/// What one look at the locks of a database found. What it says was true at some moment between
/// `from_ns` and `to_ns`.
struct LockSample : TimeSpan {
    std::optional<std::int64_t> writer; ///< pid, as in Hold
    Doing doing = Doing::insert;        ///< of the writer
    std::optional<std::int64_t> checkpointer, recoverer;
};

/// Asks the kernel who holds the locks of one SQLite database: F_GETLK, byte by byte, at the places
/// where SQLite on Unix locks them (os_unix.c; https://sqlite.org/walformat.html#wal_locks). It
/// opens the files for reading, takes no lock, and never asks SQLite. Whoever has one must have no
/// connection to the database in the same process: closing a descriptor of a file drops all locks
/// that the process has on it. A file that is replaced or made anew is opened anew.
class LockProbe {
  public:
    /// Throws std::system_error where the database cannot be opened, std::runtime_error where it is
    /// not a file.
    explicit LockProbe(const std::filesystem::path& database);

    LockSample look();
    /// Who has SHARED on the database file for reading, the writer left out, by /proc/locks, which
    /// lists all holders where F_GETLK names one. Only processes of the own pid namespace; none
    /// where the system has no such file.
    std::vector<std::int64_t> readers(std::int64_t writer) const;

    /// What became of the files meanwhile, each told once: "the database was replaced".
    const std::vector<std::string>& notes() const { return notes_; }
    bool has_database() const { return database_.file.get() >= 0; }

  private:
    struct File {
        std::filesystem::path path;
        Descriptor file{};
        dev_t device = 0;
        ino_t inode = 0;
    };
    struct Holder {
        std::int64_t pid;
        bool is_exclusive; ///< for writing, in the kernel's words
    };

    void keep_open(File& file);
    void note(const std::string& what);
    static std::optional<Holder> holder_of(const File& file, std::int64_t first,
                                           std::int64_t bytes);
    void look_at_rollback(LockSample& sample) const;
    void look_at_wal(LockSample& sample) const;

    File database_, shm_;
    std::vector<std::string> notes_;
};

} // namespace firstlock

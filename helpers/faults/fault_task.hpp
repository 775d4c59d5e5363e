#pragma once

#include "helpers/sqlite/settings.hpp"

#include <boost/describe/class.hpp>
#include <boost/describe/enum.hpp>

#include <cstdint>
#include <filesystem>

// What crosses the boundary between the suite and a fault writer, beside the lines of the writer
// protocol and the black box: a FaultTask in JSON as the single argument.
namespace firstlock {

/// A fault writer's defect, in the writer or in its VFS. Each is what some real program does.
enum class Mutation {
    none,
    acknowledges_before_commit,
    ignores_busy,
    /// Opens and closes the file, as a backup or a hash in the same process would.
    closes_database_file,
    carries_handle_across_fork,
    drops_last_frame, ///< the commit frame of a WAL is not written; from here on it is the VFS
    forgets_sync,
    writes_outside_lock,
    unlocks_early,
    forgets_journal, ///< says that the journal was written, and does not
};
BOOST_DESCRIBE_ENUM(Mutation, none, acknowledges_before_commit, ignores_busy, closes_database_file,
                    carries_handle_across_fork, drops_last_frame, forgets_sync, writes_outside_lock,
                    unlocks_early, forgets_journal)

/// The classes of calls of a VFS that can be made to fail.
enum class Call { none, read, write, sync, truncate, lock, shm_map, shm_lock, open, delete_ };
BOOST_DESCRIBE_ENUM(Call, none, read, write, sync, truncate, lock, shm_map, shm_lock, open, delete_)

/// An error that the VFS gives back instead of doing what it was asked.
struct Injection {
    Call call = Call::none;
    std::uint32_t nth = 0; ///< the first is 1; 0 fails none, and counts them
    bool stays = false;    ///< every later call of that class fails too, as on a disk that is gone
    int code = 0;          ///< what is given back; SQLITE_FULL writes half of the block before
};
BOOST_DESCRIBE_STRUCT(Injection, (), (call, nth, stays, code))

/// What a fault writer does between `go` and the end of its stdin.
struct FaultTask {
    std::filesystem::path database{}, box{};
    WriterSettings settings{}; ///< no autocommit; connect, retry, payload_bytes are not used
    std::uint32_t tag = 0, writer = 0; ///< see row_name(); what is random is drawn from them
    /// Instead of transactions, checkpoints of all four kinds, which the box tells as rowless ones.
    bool checkpoints = false;
    std::uint32_t transactions = 0;   ///< 0: until stdin ends
    std::uint32_t autocheckpoint = 0; ///< pages; 0: SQLite's default
    std::filesystem::path second{};   ///< a database to attach, for the odd rows of each
    std::filesystem::path log{};      ///< where the VFS logs its operations; empty: it does not
    Injection injection{};
    Mutation mutation = Mutation::none;
    std::uint64_t file_bytes_max = 0, descriptors_max = 0; ///< limits; 0: none
    bool as_nobody = false; ///< gives root up first, which ignores file modes
};
BOOST_DESCRIBE_STRUCT(FaultTask, (),
                      (database, box, settings, tag, writer, checkpoints, transactions,
                       autocheckpoint, second, log, injection, mutation, file_bytes_max,
                       descriptors_max, as_nobody))

} // namespace firstlock

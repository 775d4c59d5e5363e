#pragma once

#include "helpers/writer/protocol.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

// What crosses the boundary between the suite and a fault writer, beside the lines of the writer
// protocol and the black box: the task as command-line arguments.
namespace firstlock {

/// What a fault writer does between `go` and the end of its stdin.
enum class FaultRole {
    stream,       ///< one transaction after the other, each told in the black box
    checkpointer, ///< one checkpoint after the other, of all four kinds; the box tells them as
                  ///< rowless transactions
    actor,        ///< what each line on stdin says; answers each with one line
    starter,      ///< tries to start children under its limits and says how that went, in one line
};

/// A fault writer's defect, in the writer or in its VFS. Each is what some real program does.
enum class Mutation {
    none,
    acknowledges_before_commit,
    ignores_busy,
    closes_database_file, ///< opens and closes the file, as a backup or a hash in the same process
                          ///< would
    carries_handle_across_fork,
    drops_last_frame, ///< the commit frame of a WAL is not written
    forgets_sync,
    writes_outside_lock,
    unlocks_early,
    forgets_journal, ///< says that the journal was written, and does not
};

/// An error that the VFS gives back instead of doing what it was asked.
struct Injection {
    std::string call; ///< empty: none; else read, write, sync, truncate, lock, unlock, shm_map,
                      ///< shm_lock, open, delete
    std::uint32_t nth = 0; ///< the first is 1
    bool stays = false;    ///< every later call of that class fails too, as on a disk that is gone
    int code = 0;          ///< what is given back; SQLITE_FULL writes half of the block before
};

struct FaultTask {
    FaultRole role = FaultRole::stream;
    std::filesystem::path database, box;
    WriterSettings settings;           ///< connect and retry are not used
    std::uint32_t tag = 0, writer = 0; ///< see row_name()
    std::uint64_t seed = 0;
    std::uint32_t transactions = 0;    ///< 0: until stdin ends
    std::uint32_t rows_most = 5;       ///< per transaction, from 1
    std::uint32_t payload_most = 3000; ///< bytes beside each row, from 0
    std::uint32_t cache_pages = 10;    ///< few: transactions spill into the file before they commit
    std::uint32_t autocheckpoint = 0;  ///< pages; 0: SQLite's default
    bool is_plain = false;             ///< no row in `batches`: as few pages per commit as can be
    std::filesystem::path
        second;                ///< a database to attach; the odd rows of each transaction go there
    std::filesystem::path log; ///< where the VFS logs its operations; empty: it does not
    Injection injection;
    Mutation mutation = Mutation::none;
    std::uint64_t file_bytes_most = 0, descriptors_most = 0,
                  processes_most = 0; ///< limits; 0: none
    bool as_nobody = false; ///< gives root up first, which ignores file modes and process limits
};

std::string_view name_of(FaultRole role);
std::string_view name_of(Mutation mutation);
const std::vector<Mutation>& all_mutations(); ///< without `none`

/// The arguments of firstlock-fault-writer for `task`.
std::vector<std::string> to_arguments(const FaultTask& task);

} // namespace firstlock

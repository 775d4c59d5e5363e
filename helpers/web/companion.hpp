#pragma once

#include "helpers/sqlite/settings.hpp"

#include <boost/describe/class.hpp>
#include <boost/describe/enum.hpp>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

namespace firstlock::web {

enum class CompanionMode {
    /// Inserts row after row, with a chosen delay (system C's command-line program).
    script,
    /// Reads the newest rows and their number in one transaction, again and again (C's web UI).
    reader,
    /// SELECT count(*) at an interval (A's helper, its harmless half).
    observer,
    /// Deletes the oldest rows through SQL when the file has grown (A's helper, its other half).
    pruner,
};
BOOST_DESCRIBE_ENUM(CompanionMode, script, reader, observer, pruner)

/// The task of firstlock-companion, a process that shares the server's database.
struct CompanionTask {
    CompanionMode mode = CompanionMode::observer;
    std::chrono::milliseconds busy_timeout{0};
    std::chrono::milliseconds interval{0}; ///< between two steps
    std::int64_t prune_above_kib = 8;      ///< of pages in use: then a pruner deletes half the rows
    std::size_t rows_max = 15'000;         ///< of the script
    std::filesystem::path database{};
    std::string synchronous = "full";
    Transaction transaction = Transaction::autocommit; ///< what an insert runs in
    std::uint32_t sender = 2;                          ///< the number in its rows' names
};
BOOST_DESCRIBE_STRUCT(CompanionTask, (),
                      (mode, busy_timeout, interval, prune_above_kib, rows_max, database,
                       synchronous, transaction, sender))

/// How the steps of firstlock-companion ended.
struct CompanionReport {
    CompanionMode mode = CompanionMode::observer;
    std::uint64_t attempts = 0, done = 0, locked = 0, failed = 0;
    std::size_t pruned = 0; ///< rows
    std::map<std::string, std::uint64_t> codes{};
};
BOOST_DESCRIBE_STRUCT(CompanionReport, (), (mode, attempts, done, locked, failed, pruned, codes))

} // namespace firstlock::web

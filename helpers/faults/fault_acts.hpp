#pragma once

#include "helpers/faults/black_box.hpp"
#include "helpers/faults/fault_task.hpp"
#include "helpers/faults/operation_log.hpp"

// What a fault writer does.
namespace firstlock {

/// Where `task` asks for what only a VFS can do, makes one the default of this process that passes
/// everything on to the system's own, except for that: it logs what changes files, fails the n-th
/// call of a class, or has one of the defects. Once per process; the arguments must outlive all
/// connections.
void install_shim(const FaultTask& task, BoxHeader& header, const OperationLog& log);

/// Over one connection, one transaction or checkpoint after the other, each told in the black box
/// before and after, until the task's number of them is done or stdin ends. Where the task has a
/// mutation of the writer's kind, it lies in that way. Throws SqliteError where the database cannot
/// be opened, however often that is tried.
void run_transactions(const FaultTask& task, BlackBox& box, const OperationLog& log);

} // namespace firstlock

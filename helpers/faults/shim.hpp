#pragma once

#include "helpers/faults/black_box.hpp"
#include "helpers/faults/fault_task.hpp"
#include "helpers/faults/operation_log.hpp"

namespace firstlock {

/// Whether `task` asks for anything that only a VFS can do.
bool needs_shim(const FaultTask& task);

/// Makes a VFS the default of this process that passes everything on to the system's own, except
/// for what the task asks for: it logs what changes files, fails the n-th call of a class, or has
/// one of the defects. For one process and once; the arguments must outlive all connections.
void install_shim(const FaultTask& task, BoxHeader& header, OperationLog* log);

} // namespace firstlock

#pragma once

#include "helpers/faults/black_box.hpp"
#include "helpers/faults/fault_task.hpp"
#include "helpers/faults/operation_log.hpp"

namespace firstlock {

/// Where `task` asks for what only a VFS can do, makes one the default of this process that passes
/// everything on to the system's own, except for that: it logs what changes files, fails the n-th
/// call of a class, or has one of the defects. Once per process; the arguments must outlive all
/// connections.
void install_shim(const FaultTask& task, BoxHeader& header, const OperationLog& log);

} // namespace firstlock

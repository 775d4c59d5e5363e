#pragma once

#include "helpers/faults/black_box.hpp"
#include "helpers/faults/fault_task.hpp"
#include "helpers/faults/operation_log.hpp"

namespace firstlock {

/// Over one connection, one transaction or checkpoint after the other, each told in the black box
/// before and after, until the task's number of them is done or stdin ends. Where the task has a
/// mutation of the writer's kind, it lies in that way. Throws SqliteError where the database cannot
/// be opened, however often that is tried.
void run_transactions(const FaultTask& task, BlackBox& box, const OperationLog& log);

} // namespace firstlock

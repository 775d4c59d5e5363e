#pragma once

#include "helpers/faults/transactor.hpp"

// The roles of firstlock-fault-writer; each gives back its exit status.
namespace firstlock {

/// Transactions, or checkpoints, until the task's number of them is done or stdin ends.
int run_stream(const FaultTask& task, BlackBox& box, OperationLog* log);

/// Answers each line of stdin with one line:
///   sql STATEMENT   the code, then the first row's columns, or SQLite's message
///   transact N      N transactions through the black box, then the code 0
int run_actor(const FaultTask& task, BlackBox& box);

} // namespace firstlock

#pragma once

#include "helpers/faults/black_box.hpp"
#include "helpers/faults/fault_task.hpp"
#include "helpers/faults/operation_log.hpp"
#include "helpers/sqlite/connection.hpp"

#include <memory>
#include <optional>
#include <random>

namespace firstlock {

/// One connection that writes one transaction after the other and tells each in the black box,
/// before and after. Where its task has a mutation of the writer's kind, it lies in that way.
class Transactor {
  public:
    /// Opens and configures. Throws SqliteError.
    Transactor(const FaultTask& task, BlackBox& box, OperationLog* log);

    /// The next transaction, whatever comes of it; false when the box is full.
    bool transact();
    /// One checkpoint of a random kind.
    bool checkpoint();
    Connection& connection() { return connection_; }

  private:
    bool transact_in_forked_children();
    std::optional<std::uint32_t> next_slot();
    void insert_all(Slot& slot, std::uint32_t number);
    int insert_rows(std::uint32_t number, std::uint32_t rows);
    void tell(Slot& slot, std::uint32_t number, Fate fate, int code);
    void refused(Slot& slot, std::uint32_t number, int code, bool at_commit);
    void configure();

    const FaultTask& task_;
    BlackBox& box_;
    OperationLog* log_;
    std::mt19937_64 random_;
    Connection connection_;
};

} // namespace firstlock

#pragma once

#include "helpers/rows/outcome.hpp"

#include <boost/uuid/uuid.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace firstlock {

/// The unique text of a row: 128 bits, written as [0-9a-f-]{36}.
using Message = boost::uuids::uuid;

/// The row `row` of transaction (or request) `transaction` of writer `writer`, a different one for
/// each `tag`. Both sides derive it, so that the rows of a writer that says nothing more are known.
Message row_name(std::uint32_t tag, std::uint32_t writer, std::uint32_t transaction,
                 std::uint32_t row);

/// Where a table differs from what was said. Counts are rows, except `duplicate`, which counts
/// copies beyond the first.
struct Findings {
    std::size_t lost = 0;       ///< acknowledged, and absent
    std::size_t unexpected = 0; ///< present, though never attempted, or reported locked or failed
    std::size_t duplicate = 0;  ///< further copies of a row
    std::size_t unknown_stored = 0; ///< unknown, and present: allowed

    /// The first few rows of each kind, for a message to a person.
    std::vector<std::string> lost_rows, unexpected_rows, duplicate_rows;

    Findings& findings() { return *this; } // of what is more than that, for a copy of this part
    const Findings& findings() const { return *this; }
    std::size_t wrong() const { return lost + unexpected + duplicate; }
    bool holds() const { return wrong() == 0; }
};

/// The comparison of what was said with what is stored. The identity that always holds: stored =
/// acknowledged - lost + unexpected + unknown_stored + duplicate.
struct Account : OutcomeCounts, Findings {
    std::size_t stored = 0; ///< all rows of the table
};

/// Every row that was attempted, with its outcome; the memory of it is 20 bytes a row.
class Ledger {
  public:
    void reserve(std::size_t rows) { entries_.reserve(rows); }
    /// Throws std::logic_error when the same row is entered twice at comparison: a ledger with two
    /// opinions on a row is a defect of the suite.
    void enter(const Message& message, Outcome outcome) { entries_.push_back({message, outcome}); }
    std::size_t size() const { return entries_.size(); }

    /// Compares with the texts found in the table, in any order; those that are not messages at all
    /// count as unexpected. O(n log n), sorts in place.
    Account compare(const std::vector<std::string>& stored);

  private:
    struct Entry {
        Message message;
        Outcome outcome;
    };
    std::vector<Entry> entries_;
};

} // namespace firstlock

#pragma once

#include "helpers/web/outcomes.hpp"

#include <string>
#include <vector>

namespace firstlock::web {

/// The comparison of what all senders were told with what the table holds. Counts are rows unless
/// their name says requests. The identity of every run: stored = acknowledged - lost + half_written
/// + unknown_stored + unexpected + duplicate - pruned.
struct RowAccount {
    std::size_t acknowledged = 0;          ///< rows of 200s
    std::size_t half_written = 0;          ///< rows that a 500 left behind, as it may
    std::size_t half_written_requests = 0; ///< 500s that left at least one
    std::size_t unknown_stored = 0;        ///< rows of requests without an answer, which are there
    std::size_t pruned = 0;                ///< rows that the pruner reported as deleted
    std::size_t lost = 0;                  ///< rows of 200s that are neither there nor pruned
    std::size_t unexpected =
        0;                     ///< rows that nobody asked for, or that were refused and not to stay
    std::size_t duplicate = 0; ///< further copies of a row, those pruned included
    std::size_t stored = 0;    ///< all rows of the table

    /// The first few rows of each kind, for a message to a person.
    std::vector<std::string> lost_rows, unexpected_rows, duplicate_rows;

    /// Nothing lost, unexpected or duplicate, and the identity, with these three at 0.
    bool balances() const;
    std::string text() const;
};

/// `stored` and `pruned` are texts of column msg, in any order. Throws std::logic_error when two
/// senders have one number: then no row could be told from another's.
RowAccount compare(const std::vector<SenderOutcomes>& senders,
                   const std::vector<std::string>& stored, const std::vector<std::string>& pruned);

} // namespace firstlock::web

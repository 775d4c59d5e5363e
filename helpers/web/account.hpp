#pragma once

#include "helpers/rows/ledger.hpp"
#include "helpers/web/outcomes.hpp"

#include <boost/describe/class.hpp>

#include <string>
#include <vector>

namespace firstlock::web {

/// The ledger's account of what all senders were told and what the table holds, with what a site
/// knows beside it: rows that a refusal may leave behind, and rows that a pruner has deleted. Both
/// are in the ledger as any other row, the former as unknown; here they are told apart.
struct SiteAccount : Account {
    std::size_t half_written = 0;          ///< rows that a 500 left behind, as it may
    std::size_t half_written_requests = 0; ///< 500s that left at least one
    std::size_t pruned = 0;                ///< rows that the pruner reported as deleted

    /// Nothing lost, unexpected or duplicate, and stored + pruned = acknowledged + half_written +
    /// unknown_stored.
    bool balances() const;
    std::string text() const;
};
BOOST_DESCRIBE_STRUCT(SiteAccount, (),
                      (stored, acknowledged, half_written, half_written_requests, unknown_stored,
                       pruned, lost, unexpected, duplicate))

/// `stored` are the texts of column msg, in any order. Throws std::logic_error when two senders
/// have one number: then no row could be told from another's.
SiteAccount account_of(const std::vector<SenderOutcomes>& senders, std::vector<std::string> stored);

} // namespace firstlock::web

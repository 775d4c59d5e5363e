#pragma once

#include "helpers/rows/ledger.hpp"
#include "helpers/web/api.hpp"

#include <boost/describe/class.hpp>

#include <string>
#include <vector>

namespace firstlock::web {

/// What became of one request that asked for rows, by its sender's word.
struct RequestOutcome {
    std::uint32_t sequence = 0;
    std::uint32_t rows = 0;
    Outcome outcome = Outcome::unknown; ///< of each of them
    std::uint32_t may_remain = 0;       ///< how many of the first its refusal may have left behind
};
BOOST_DESCRIBE_STRUCT(RequestOutcome, (), (sequence, rows, outcome, may_remain))

/// Everything that one sender asked to be stored or has deleted.
struct SenderOutcomes {
    std::uint32_t sender = 0;
    std::vector<RequestOutcome> requests{};
    std::vector<std::string> pruned{}; ///< the texts of rows of anyone's
};
BOOST_DESCRIBE_STRUCT(SenderOutcomes, (), (sender, requests, pruned))

/// What a sender says at its end, as one line of JSON: one that was killed meanwhile is refused.
template <typename Report>
struct SenderEnd {
    Report report;
    SenderOutcomes outcomes;
    BOOST_DESCRIBE_CLASS(SenderEnd, (), (report, outcomes), (), ())
};

/// What a result makes of a request's rows. A refused one may have committed some before the
/// statement that was refused; none where the site runs each request in one transaction
/// (`is_atomic`), nor where SQLite was never asked. `request.id` must be set.
RequestOutcome outcome_of(const Request& request, const RequestResult& result, bool is_atomic);

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

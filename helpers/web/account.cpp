#include "helpers/web/account.hpp"

#include <spdlog/fmt/fmt.h>

#include <set>
#include <unordered_map>

namespace firstlock::web {
namespace {

/// Rows that the request had committed before it was refused at `stage`, at most.
unsigned rows_before(const Request& request, const std::string& stage)
{
    if (stage == "open" || stage == "configure") {
        return 0; // no statement was run
    }
    switch (request.endpoint) {
    case Endpoint::insert_many:
        return request.rows() - 1; // of all but the last, each has a commit of its own
    case Endpoint::write_read:
        return stage == "read" ? 1 : 0; // its write has been committed by then
    default:
        return 0;
    }
}

} // namespace

RequestOutcome outcome_of(const Request& request, const RequestResult& result, bool is_atomic)
{
    RequestOutcome became{request.id->sequence, request.rows()};
    switch (result.result) {
    case Result::ok:
        became.outcome = Outcome::acknowledged;
        break;
    case Result::exhausted:
    case Result::refused:
        became.outcome = Outcome::failed;
        break;
    case Result::locked:
    case Result::failed:
        // Whether the site's insert is a transaction of its own its clients do not know: it may be.
        became.outcome = outcome_of(Refusal{.locked = result.result == Result::locked,
                                            .code = result.code,
                                            .stage = result.stage,
                                            .autocommit = !is_atomic});
        if (became.outcome != Outcome::unknown && !is_atomic) {
            became.may_remain = rows_before(request, result.stage);
        }
    }
    return became;
}

bool SiteAccount::balances() const
{
    return holds() && stored + pruned == acknowledged + half_written + unknown_stored;
}

std::string SiteAccount::text() const
{
    std::string text = fmt::format("{} rows stored = {} acknowledged + {} half-written (by {} "
                                   "requests) + {} unknown stored - {} pruned; "
                                   "{} lost, {} unexpected, {} duplicate",
                                   stored, acknowledged, half_written, half_written_requests,
                                   unknown_stored, pruned, lost, unexpected, duplicate);
    for (const auto& [what, rows] : {std::pair{"lost", &lost_rows},
                                     {"unexpected", &unexpected_rows},
                                     {"duplicate", &duplicate_rows}}) {
        for (const std::string& row : *rows) {
            text += fmt::format("\n  {}: {}", what, row);
        }
    }
    return text;
}

SiteAccount account_of(const std::vector<SenderOutcomes>& senders, std::vector<std::string> stored)
{
    Ledger ledger;
    std::unordered_map<std::string, RequestId> excused; // rows that a refusal may leave behind
    const std::size_t in_the_table = stored.size();
    for (const SenderOutcomes& sender : senders) {
        stored.insert(stored.end(), sender.pruned.begin(), sender.pruned.end());
        for (const RequestOutcome& each : sender.requests) {
            const RequestId id{sender.sender, each.sequence};
            for (std::uint32_t row = 0; row < each.rows; ++row) {
                const bool may_remain = row < each.may_remain;
                ledger.enter(row_of(id, row), may_remain ? Outcome::unknown : each.outcome);
                if (may_remain) {
                    excused.emplace(row_text(id, row), id);
                }
            }
        }
    }
    SiteAccount account{ledger.compare(stored)};
    std::set<RequestId> requests;
    for (const std::string& text : stored) {
        if (const auto row = excused.extract(text)) { // a second copy is a duplicate
            ++account.half_written;
            requests.insert(row.mapped());
        }
    }
    account.half_written_requests = requests.size();
    account.unknown_stored -= account.half_written;
    account.pruned = stored.size() - in_the_table;
    account.stored = in_the_table;
    return account;
}

} // namespace firstlock::web

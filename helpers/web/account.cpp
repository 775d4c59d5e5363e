#include "helpers/web/account.hpp"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <stdexcept>
#include <unordered_map>

namespace firstlock::web {
namespace {

constexpr std::size_t examples_most = 5;

/// How often each row of one request was seen, in the table or among the pruned.
struct Seen {
    RequestOutcome outcome;
    std::vector<std::uint8_t> times;
};

using SeenBySequence = std::unordered_map<std::uint32_t, Seen>;

void note(std::vector<std::string>& examples, const std::string& text)
{
    if (examples.size() < examples_most) {
        examples.push_back(text);
    }
}

class Comparison {
  public:
    explicit Comparison(const std::vector<SenderOutcomes>& senders)
    {
        for (const SenderOutcomes& sender : senders) {
            SeenBySequence& requests = seen_[sender.sender];
            if (!requests.empty()) {
                throw std::logic_error("two senders have the number " +
                                       std::to_string(sender.sender));
            }
            for (const RequestOutcome& each : sender.requests) {
                requests[each.sequence] = {each, std::vector<std::uint8_t>(each.rows)};
            }
        }
    }

    void see(const std::string& text)
    {
        std::uint8_t* const times = times_of(text);
        if (times == nullptr) {
            ++account_.unexpected;
            note(account_.unexpected_rows, text);
        } else if (*times > 0) {
            ++account_.duplicate;
            note(account_.duplicate_rows, text);
        } else {
            *times = 1;
        }
    }

    RowAccount conclude(std::size_t stored, std::size_t pruned)
    {
        for (const auto& [sender, requests] : seen_) {
            for (const auto& [sequence, seen] : requests) {
                weigh({sender, sequence}, seen);
            }
        }
        account_.stored = stored;
        account_.pruned = pruned;
        return std::move(account_);
    }

  private:
    std::uint8_t* times_of(const std::string& text)
    {
        const auto row = row_from(text);
        const auto sender = row ? seen_.find(row->request.sender) : seen_.end();
        if (sender == seen_.end()) {
            return nullptr;
        }
        const auto request = sender->second.find(row->request.sequence);
        if (request == sender->second.end() || row->row >= request->second.times.size()) {
            return nullptr;
        }
        return &request->second.times[row->row];
    }

    void weigh(const RequestId& id, const Seen& seen)
    {
        const auto present = static_cast<std::size_t>(
            std::count(seen.times.begin(), seen.times.end(), std::uint8_t{1}));
        switch (seen.outcome.ending) {
        case Ending::acknowledged:
            account_.acknowledged += seen.times.size();
            account_.lost += seen.times.size() - present;
            if (present < seen.times.size()) {
                const auto first = std::find(seen.times.begin(), seen.times.end(), std::uint8_t{0});
                note(account_.lost_rows,
                     text_of(RowId{id, static_cast<std::uint32_t>(first - seen.times.begin())}));
            }
            break;
        case Ending::locked:
        case Ending::exhausted:
            weigh_refusal(id, seen, present);
            break;
        case Ending::unknown:
            account_.unknown_stored += present;
            break;
        }
    }

    /// What a refusal may leave behind is half-written; a row beyond that was stored in spite of
    /// it.
    void weigh_refusal(const RequestId& id, const Seen& seen, std::size_t present)
    {
        const std::size_t excused = std::min<std::size_t>(present, seen.outcome.may_remain);
        account_.half_written += excused;
        account_.half_written_requests += excused > 0 ? 1 : 0;
        account_.unexpected += present - excused;
        std::size_t nth = 0;
        for (std::uint32_t row = 0; row < seen.times.size(); ++row) {
            if (seen.times[row] > 0 && ++nth > excused) {
                note(account_.unexpected_rows, text_of(RowId{id, row}));
            }
        }
    }

    std::unordered_map<std::uint32_t, SeenBySequence> seen_;
    RowAccount account_;
};

} // namespace

bool RowAccount::balances() const
{
    return lost == 0 && unexpected == 0 && duplicate == 0 &&
           stored + pruned == acknowledged + half_written + unknown_stored;
}

std::string RowAccount::text() const
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

RowAccount compare(const std::vector<SenderOutcomes>& senders,
                   const std::vector<std::string>& stored, const std::vector<std::string>& pruned)
{
    Comparison comparison(senders);
    for (const auto* const texts : {&stored, &pruned}) {
        for (const std::string& text : *texts) {
            comparison.see(text);
        }
    }
    return comparison.conclude(stored.size(), pruned.size());
}

} // namespace firstlock::web

#include "helpers/statistics/fairness.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <numeric>
#include <stdexcept>
#include <tuple>
#include <utility>

namespace firstlock {

double jain_index(const std::vector<double>& shares)
{
    if (shares.empty()) {
        throw std::invalid_argument(
            "Jain's index: the sample is empty; at least one share is needed");
    }
    const double sum = std::accumulate(shares.begin(), shares.end(), 0.0);
    const double squares = std::inner_product(shares.begin(), shares.end(), shares.begin(), 0.0);
    return squares == 0 ? 1 : sum * sum / (static_cast<double>(shares.size()) * squares);
}

ServiceOrder service_order(const std::vector<Turn>& turns)
{
    // Starts before ends at the same moment: whoever came then was there.
    std::vector<std::tuple<std::int64_t, bool, std::size_t>> events;
    for (std::size_t index = 0; index < turns.size(); ++index) {
        events.emplace_back(turns[index].start, false, index);
        events.emplace_back(turns[index].end, true, index);
    }
    std::sort(events.begin(), events.end());

    ServiceOrder order;
    // By age; with how many had been served when it came.
    std::map<std::pair<std::int64_t, std::size_t>, std::size_t> waiting;
    std::size_t served = 0;
    for (const auto& [moment, is_end, index] : events) {
        const std::pair key{turns[index].start, index};
        if (!is_end) {
            waiting.emplace(key, served);
            continue;
        }
        const auto place = waiting.find(key);
        if (turns[index].served && waiting.size() > 1) {
            const auto rank = std::distance(waiting.begin(), place);
            ++order.turns;
            order.oldest_first_share += rank == 0 ? 1 : 0;
            order.oldest_rank +=
                static_cast<double>(rank) / static_cast<double>(waiting.size() - 1);
        }
        order.overtaken_max =
            std::max(order.overtaken_max, static_cast<double>(served - place->second));
        served += turns[index].served ? 1U : 0U;
        waiting.erase(place);
    }
    if (order.turns > 0) {
        order.oldest_first_share /= static_cast<double>(order.turns);
        order.oldest_rank /= static_cast<double>(order.turns);
    }
    return order;
}

} // namespace firstlock

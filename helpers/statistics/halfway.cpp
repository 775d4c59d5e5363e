#include "helpers/statistics/halfway.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <vector>

namespace firstlock {
namespace {

using Place = WritersOrOutside::Place;

/// How much an answer is trusted to point to the right side. The true share is unknown, close to
/// 1/2 at the M looked for and to 1 far from it; 0.75 is forgiving near it and still fast.
constexpr double trust = 0.75;

/// Belief about log m in pieces between levels; "below" and "above" get an octave each.
struct Piece {
    double log_from;
    double log_to;
    double weight;
};

std::vector<Piece> belief(const TrialHistory& history)
{
    const double to_its_side = std::log(trust);
    const double to_the_other = std::log(1 - trust);
    double log_weight = 0; // of an m up to the lowest level
    for (const Level& level : history.levels()) {
        log_weight += level.locked * to_its_side + level.clean() * to_the_other;
    }
    std::vector<Piece> pieces;
    double from = -std::log(2.0);
    for (const Level& level : history.levels()) {
        const double to = std::log(level.writers);
        pieces.push_back({.log_from = from, .log_to = to, .weight = log_weight});
        log_weight += (level.clean() - level.locked) * (to_its_side - to_the_other);
        from = to;
    }
    pieces.push_back({.log_from = from,
                      .log_to = std::log(2.0 * history.limits().writers_max),
                      .weight = log_weight});
    const double heaviest =
        std::max_element(pieces.begin(), pieces.end(), [](const Piece& left, const Piece& right) {
            return left.weight < right.weight;
        })->weight;
    double sum = 0;
    for (Piece& piece : pieces) {
        piece.weight = std::exp(piece.weight - heaviest) * (piece.log_to - piece.log_from);
        sum += piece.weight;
    }
    for (Piece& piece : pieces) {
        piece.weight /= sum;
    }
    return pieces;
}

double log_quantile(const std::vector<Piece>& pieces, double quantile)
{
    for (const Piece& piece : pieces) {
        if (quantile <= piece.weight && piece.weight > 0) {
            return piece.log_from + (piece.log_to - piece.log_from) * quantile / piece.weight;
        }
        quantile -= piece.weight;
    }
    return pieces.back().log_to;
}

double bits(double p)
{
    return -p * std::log2(p) - (1 - p) * std::log2(1 - p);
}

/// The quantile of the belief at which a trial is worth most per second: what its answer is
/// expected to tell over what it is expected to cost.
double thriftiest_quantile(double clean_cost, double locked_cost)
{
    double best = 0.5;
    double most = 0;
    for (const double quantile : {0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5}) {
        const double p = quantile * trust + (1 - quantile) * (1 - trust);
        const double cost = p * locked_cost + (1 - p) * clean_cost;
        const double worth = cost > 0 ? (bits(p) - bits(trust)) / cost : 0;
        if (worth > most) {
            most = worth;
            best = quantile;
        }
    }
    return best;
}

/// So far from the middle of the belief trials are made to answer clearly: nearer to it, half of
/// them would speak for the other side and the set would hardly shrink.
constexpr double aside = 1.15;

/// An M on the side of `end` from `middle` whose trials would reject that end of the set: the
/// nearest level that is thought to lock nearly always above it, or rarely below it, or else one
/// halfway there.
int query_towards(const TrialHistory& history, const ThresholdSet& half, double middle, int end)
{
    std::optional<int> nearest;
    for (const Level& level : history.levels()) {
        const int at = level.writers;
        const bool above = end > middle && !nearest && at >= std::floor(aside * middle) &&
                           at < end && half.guess(at) >= 0.9;
        const bool below =
            end <= middle && at <= std::ceil(middle / aside) && at >= end && half.guess(at) <= 0.1;
        if (above || below) {
            nearest = at;
        }
    }
    return nearest.value_or(static_cast<int>(std::lround(std::sqrt(middle * end))));
}

} // namespace

int halfway_query(const TrialHistory& history, const ThresholdSet& half,
                  const ThresholdSet::Range& range)
{
    const int writers_max = history.limits().writers_max;
    const std::vector<Piece> pieces = belief(history);
    const double middle =
        std::clamp(std::exp(log_quantile(pieces, 0.5)), static_cast<double>(range.low),
                   static_cast<double>(range.high));
    int writers = 0;
    if (log_quantile(pieces, 0.9) - log_quantile(pieces, 0.1) > std::log(4)) {
        const int around = std::min(static_cast<int>(middle), writers_max);
        const double quantile =
            thriftiest_quantile(history.clean_cost(around), history.locked_cost());
        writers = static_cast<int>(std::lround(std::exp(log_quantile(pieces, quantile))));
    } else {
        const bool is_high_farther = range.high / middle > middle / range.low;
        writers = query_towards(history, half, middle, is_high_farther ? range.high : range.low);
    }
    // Below and above these the side on which m50 lies is settled.
    return std::clamp(writers, range.low,
                      std::max(range.low, std::min(range.high - 1, writers_max)));
}

bool is_narrow(const ThresholdSet::Range& range, int writers_max)
{
    if (range.high == 1 || range.low > writers_max) {
        return true;
    }
    const bool is_inside = range.low > 1 && range.high <= writers_max;
    return is_inside && (range.high - range.low <= 1 || range.high <= 1.5 * range.low);
}

WritersOrOutside halfway_estimate(const TrialHistory& history)
{
    struct Block : Tally {
        int first;
        int last;
        double share() const { return static_cast<double>(locked) / trials; }
    };
    std::vector<Block> blocks;
    for (const Level& level : history.levels()) {
        if (level.trials == 0) {
            continue;
        }
        blocks.push_back({static_cast<const Tally&>(level), level.writers, level.writers});
        while (blocks.size() > 1 && blocks[blocks.size() - 2].share() >= blocks.back().share()) {
            const Block above = blocks.back();
            blocks.pop_back();
            blocks.back().locked += above.locked;
            blocks.back().trials += above.trials;
            blocks.back().last = above.last;
        }
    }
    const auto half = std::find_if(blocks.begin(), blocks.end(),
                                   [](const Block& block) { return block.share() >= 0.5; });
    if (half == blocks.end()) {
        return {.place = Place::above};
    }
    if (half == blocks.begin()) {
        return half->first == 1 ? WritersOrOutside{.place = Place::below}
                                : WritersOrOutside{.writers = static_cast<double>(half->first)};
    }
    const Block& under = *(half - 1);
    const double part = (0.5 - under.share()) / (half->share() - under.share());
    const double from = std::log(under.last);
    return {.writers = std::exp(from + part * (std::log(half->first) - from))};
}

} // namespace firstlock

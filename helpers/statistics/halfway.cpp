#include "helpers/statistics/halfway.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

namespace firstlock {
namespace {

using Place = WritersOrOutside::Place;

/// How much an answer is trusted to point to the right side. The true share is unknown, close to 1/2 at the M
/// looked for and to 1 far from it; 0.7 is forgiving near it and still fast.
constexpr double trust = 0.7;

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
    for (const auto& [at, level] : history.levels()) {
        log_weight += level.locked * to_its_side + level.clean * to_the_other;
    }
    std::vector<Piece> pieces;
    double from = -std::log(2.0);
    double heaviest = log_weight;
    for (const auto& [at, level] : history.levels()) {
        const double to = std::log(at);
        pieces.push_back({.log_from = from, .log_to = to, .weight = log_weight});
        heaviest = std::max(heaviest, log_weight);
        log_weight += (level.clean - level.locked) * (to_its_side - to_the_other);
        from = to;
    }
    pieces.push_back({.log_from = from,
                      .log_to = std::log(2.0 * history.limits().writers_max),
                      .weight = log_weight});
    heaviest = std::max(heaviest, log_weight);
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

/// The quantile of the belief at which an answer is worth most per second: the entropy of the answer over its
/// expected cost.
double thriftiest_quantile(double clean_cost, double locked_cost)
{
    constexpr std::array quantiles{0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5};
    double best = 0.5;
    double most = 0;
    for (const double p : quantiles) {
        const double bits = -p * std::log2(p) - (1 - p) * std::log2(1 - p);
        const double cost = p * locked_cost + (1 - p) * clean_cost;
        if (cost > 0 && bits / cost > most) {
            most = bits / cost;
            best = p;
        }
    }
    return best;
}

} // namespace

int halfway_query(const TrialHistory& history, const ThresholdSet::Range& range)
{
    const std::vector<Piece> pieces = belief(history);
    const double middle = log_quantile(pieces, 0.5);
    const int writers_max = history.limits().writers_max;
    double at = 0;
    if (log_quantile(pieces, 0.9) - log_quantile(pieces, 0.1) > std::log(1.3)) {
        const int around = std::clamp(static_cast<int>(std::exp(middle)), 1, writers_max);
        at = log_quantile(pieces,
                          thriftiest_quantile(history.clean_cost(around), history.locked_cost()));
    } else {
        const bool is_high_farther = std::log(range.high) - middle > middle - std::log(range.low);
        at = log_quantile(pieces, is_high_farther ? 0.85 : 0.15);
    }
    const int writers = std::clamp(static_cast<int>(std::lround(std::exp(at))), 1, writers_max);
    // A level that is within 2 % is asked again: a table with ten trials at 101 says more than ten rows.
    for (const auto& [level, seen] : history.levels()) {
        if (std::abs(std::log(level) - std::log(writers)) < 0.02) {
            return level;
        }
    }
    return writers;
}

bool is_narrow(const ThresholdSet::Range& range, int writers_max)
{
    const bool is_outside = range.high == 1 || range.low > writers_max;
    return is_outside || range.high - range.low <= 1 || range.high <= 1.3 * range.low;
}

WritersOrOutside halfway_estimate(const TrialHistory& history)
{
    struct Block {
        double locked;
        double trials;
        int first;
        int last;
        double share() const { return locked / trials; }
    };
    std::vector<Block> blocks;
    for (const auto& [at, level] : history.levels()) {
        if (level.clean + level.locked == 0) {
            continue;
        }
        blocks.push_back({static_cast<double>(level.locked),
                          static_cast<double>(level.clean + level.locked), at, at});
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

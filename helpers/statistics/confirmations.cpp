#include "helpers/statistics/confirmations.hpp"

#include <algorithm>
#include <tuple>

#include "helpers/statistics/sequential_test.hpp"
#include "helpers/statistics/tally.hpp"

namespace firstlock {
namespace {

/// The smallest n whose bound 1 - alpha^(1/n) is at most `p`.
int clean_trials_for(double p, double alpha)
{
    const PromiseTerms none{.tolerated = 0, .refuted = p, .confidence = 1 - alpha};
    return SequentialTest(none).clean_trials_needed();
}

} // namespace

double Confirmations::alpha() const
{
    return 0.05 / (stage_ * (stage_ + 1.0));
}

void Confirmations::open(int writers)
{
    if (!candidates_.empty() && candidates_.back().is_deepened && !candidates_.back().is_ended) {
        ++stage_;
    }
    const int needed = clean_trials_for(wanted, alpha());
    candidates_.push_back(
        {.writers = writers, .alpha = alpha(), .needed = needed, .target = needed});
}

void Confirmations::deepen(int writers)
{
    if (is_deepened()) {
        return;
    }
    if (candidates_.back().is_ended || candidates_.back().writers != writers) {
        open(writers);
    }
    Candidate& candidate = candidates_.back();
    candidate.is_deepened = true;
    candidate.target = clean_trials_for(std::min(0.01 * stage_, wanted), candidate.alpha);
}

void Confirmations::tell(int writers, bool is_locked)
{
    if (!is_locked) {
        if (waiting() == writers) {
            Candidate& candidate = candidates_.back();
            ++candidate.clean;
            failures_in_a_row_ = candidate.clean >= candidate.needed ? 0 : failures_in_a_row_;
        }
        return;
    }
    bool has_ended = false;
    for (Candidate& candidate : candidates_) {
        if (!candidate.is_ended && candidate.writers >= writers) {
            candidate.is_ended = has_ended = true;
        }
    }
    if (has_ended) {
        ++stage_;
        ++failures_in_a_row_;
    }
}

std::optional<int> Confirmations::waiting() const
{
    if (candidates_.empty() || candidates_.back().is_ended ||
        candidates_.back().clean >= candidates_.back().target) {
        return std::nullopt;
    }
    return candidates_.back().writers;
}

int Confirmations::trials_missing() const
{
    return waiting() ? candidates_.back().target - candidates_.back().clean
                     : clean_trials_for(wanted, alpha());
}

std::optional<int> Confirmations::confirmed() const
{
    std::optional<int> largest;
    for (const Candidate& candidate : candidates_) {
        if (!candidate.is_ended && candidate.clean >= candidate.needed) {
            largest = largest ? std::max(*largest, candidate.writers) : candidate.writers;
        }
    }
    return largest;
}

bool Confirmations::is_deepened() const
{
    return !candidates_.empty() && candidates_.back().is_deepened && !candidates_.back().is_ended &&
           candidates_.back().writers == confirmed();
}

std::optional<Confirmations::Bound> Confirmations::best() const
{
    std::optional<Bound> best;
    for (const Candidate& candidate : candidates_) {
        if (candidate.is_ended || candidate.clean == 0) {
            continue;
        }
        const Bound bound{.writers = candidate.writers,
                          .p_high = upper_bound({.trials = candidate.clean}, 1 - candidate.alpha)};
        const auto rank = [](const Bound& of) {
            const bool is_passable = of.p_high <= passable;
            return std::tuple(is_passable, is_passable ? of.writers : 0, -of.p_high);
        };
        if (!best || rank(bound) > rank(*best)) {
            best = bound;
        }
    }
    return best;
}

} // namespace firstlock

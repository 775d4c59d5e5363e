#include "helpers/results/answer.hpp"

#include "helpers/described/printable.hpp"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace firstlock {
namespace {

using Place = WritersOrOutside::Place;

/// Whether a lower bound is above what each smaller crowd needs: one below is true and useless.
bool says_something(const WaitCurve& curve, const TimeoutNeeded& needed)
{
    return needed.twentieth.low &&
           std::none_of(curve.timeouts.begin(), curve.timeouts.end(), [&](const auto& smaller) {
               return smaller.writers < needed.writers &&
                      smaller.twentieth.ms.value_or(0) >= *needed.twentieth.low;
           });
}

std::string where_half_lock(const SearchState& search, const std::string& timeout)
{
    const WaitCurve& curve = *search.curve;
    switch (curve.half.writers.place) {
    case Place::below:
        return fmt::format("more than half of all crowds are locked at {}, whatever their size",
                           timeout);
    case Place::above:
        return fmt::format("at {} fewer than half of all crowds are locked up to {} writers, as "
                           "many as were tried",
                           timeout, search.max_writers);
    case Place::inside:
        break;
    }
    std::string text =
        fmt::format("half of all crowds of {} are locked at {}", amount(curve.half), timeout);
    if (curve.twentieth.writers.place == Place::inside) {
        text += fmt::format(", one in twenty of {}", amount(curve.twentieth));
    }
    return text;
}

/// Of the largest crowd for which the curve has a figure, and what is known of the next one.
std::string timeout_needed(const WaitCurve& curve)
{
    std::string text;
    for (const TimeoutNeeded& each : curve.timeouts) {
        const TimeoutEstimate& of = each.twentieth;
        if (of.ms && of.low) {
            text = fmt::format("; {} writers need a timeout of {} ({} to {})", each.writers,
                               duration(*of.ms), duration(*of.low),
                               of.high ? duration(*of.high) : "more than was tried");
        } else if (says_something(curve, each)) {
            return text + fmt::format("{} {} of more than {}",
                                      text.empty() ? "; a timeout is needed by" : ",", each.writers,
                                      duration(*of.low));
        }
    }
    return text;
}

std::string seen(const SearchState& search)
{
    std::string text = search.first_lock
                           ? fmt::format("; seen: first locked with {}", *search.first_lock)
                           : "; seen: no lock";
    if (search.holds) {
        text += fmt::format(", {} of {} clean with {}", search.holds_trials.value_or(0),
                            search.holds_trials.value_or(0), *search.holds);
        text += search.holds_p_high
                    ? fmt::format(" (P(lock) at most {:.0f} %)", 100 * *search.holds_p_high)
                    : "";
    }
    return text;
}

std::string doubts(const SearchState& search)
{
    const WaitCurve& curve = *search.curve;
    std::string text = search.note ? "; " + *search.note : "";
    if (curve.shape == CurveShape::falling) {
        text += "; with more writers the waits become shorter";
    }
    if (curve.drift) {
        text += fmt::format("; the machine drifted: waits changed by a factor of {:.2f} over the "
                            "search",
                            *curve.drift);
    }
    if (curve.strays > 0) {
        text += fmt::format("; {} of {} trials took another course and are left out", curve.strays,
                            curve.strays + curve.trials);
    }
    if (!curve.fits) {
        text += "; larger crowds wait less than the model has it";
    }
    if (curve.at_once > 0 && curve.shape != CurveShape::does_not_wait) {
        text += fmt::format("; {:.0f} % of the trials were refused at once, which no timeout "
                            "changes",
                            100 * curve.at_once);
    }
    return text;
}

} // namespace

std::string amount(const WritersOrOutside& value)
{
    return value.place == Place::below   ? "below"
           : value.place == Place::above ? "above"
           : value.writers > 0           ? fmt::format("{:.0f}", std::ceil(value.writers))
                                         : "-";
}

std::string amount(const WritersEstimate& value)
{
    const bool is_outside = value.writers.place != Place::inside &&
                            value.low.place == value.writers.place &&
                            value.high.place == value.writers.place;
    return is_outside ? amount(value.writers)
                      : fmt::format("{} ({} to {})", amount(value.writers), amount(value.low),
                                    amount(value.high));
}

std::string duration(double ms)
{
    return ms < 1000    ? fmt::format("{:.0f} ms", ms)
           : ms < 10000 ? fmt::format("{:.2g} s", ms / 1000)
                        : fmt::format("{:.0f} s", ms / 1000);
}

std::string answer_in_words(const SearchState& search)
{
    const std::string name = search.profile + ": ";
    if (!search.curve) {
        return name + "recorded without waits, by an older firstlock";
    }
    const WaitCurve& curve = *search.curve;
    const std::string timeout = search.busy_timeout_ms
                                    ? duration(static_cast<double>(*search.busy_timeout_ms))
                                    : "its timeout";
    if (curve.shape == CurveShape::does_not_wait) {
        return name +
               fmt::format("does not wait: {} of {} trials locked", search.trials_locked,
                           search.trials) +
               seen(search) + doubts(search);
    }
    if (curve.shape == CurveShape::unknown) {
        return name + "too few trials waited for a curve" + seen(search) + doubts(search);
    }
    return name + where_half_lock(search, timeout) + timeout_needed(curve) + seen(search) +
           doubts(search);
}

std::string headroom_at(const SearchState& search, int writers)
{
    constexpr double nearly = 1.3;
    const auto timeout_ms = static_cast<double>(search.busy_timeout_ms.value_or(0));
    std::vector<double> waits_ms;
    bool is_over = false;
    for (const Level& level : search.levels) {
        const double ratio = static_cast<double>(level.writers) / writers;
        if (ratio > nearly || ratio < 1 / nearly) {
            continue;
        }
        for (const auto* waits : {&level.waits_ms, &level.censored_waits_ms}) {
            waits_ms.insert(waits_ms.end(), waits->begin(), waits->end());
        }
        // A refusal at once is censored too, and has waited for nothing.
        is_over |= std::any_of(level.censored_waits_ms.begin(), level.censored_waits_ms.end(),
                               [&](double wait_ms) { return wait_ms >= timeout_ms; });
    }
    if (timeout_ms <= 0 || waits_ms.empty()) {
        return "-";
    }
    const double headroom = *std::max_element(waits_ms.begin(), waits_ms.end()) / timeout_ms;
    return is_over ? "over 1" : headroom < 0.001 ? "<0.001" : fmt::format("{:.2g}", headroom);
}

std::string timeout_for(const SearchState& search, int writers)
{
    if (search.curve) {
        for (const TimeoutNeeded& each : search.curve->timeouts) {
            if (each.writers == writers && each.twentieth.ms) {
                return duration(*each.twentieth.ms);
            }
            if (each.writers == writers && says_something(*search.curve, each)) {
                return "over " + duration(*each.twentieth.low);
            }
        }
    }
    return "-";
}

} // namespace firstlock

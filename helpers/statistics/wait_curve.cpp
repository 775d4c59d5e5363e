#include "helpers/statistics/wait_curve.hpp"

#include "helpers/statistics/censored_regression.hpp"
#include "helpers/statistics/percentiles.hpp"
#include "helpers/statistics/tally.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <utility>

namespace firstlock {
namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();
constexpr int known_min = 4; // trials that waited, for a level, a slope and a spread
constexpr double significance = 0.01;
constexpr double reach = 2; // how far beyond what was tried an answer may lie

/// Trials between whose M the slope is taken to be the same, and the line through them.
struct Window {
    std::vector<CensoredValue> values; // x: log M less that of the centre, its square, the order
    int known = 0;
    int strays = 0;    // left out
    double centre = 0; // log M
};

class Fitter {
  public:
    Fitter(const std::vector<LongestWaitSeen>& seen, double timeout_ms)
        : seen_(seen), timeout_ms_(timeout_ms)
    {
        for (const LongestWaitSeen& trial : seen) {
            check(trial.writers >= 1, "a trial's writers", trial.writers, "1 or more");
            writers_min_ = std::min(writers_min_, std::max(2, trial.writers));
            writers_max_ = std::max(writers_max_, trial.writers);
            wait_max_ = std::max({wait_max_, trial.above_ms, trial.up_to_ms.value_or(0)});
            if (trial.writers > 1) {
                at_once_.add(trial.is_refused_at_once);
            }
        }
    }

    WaitCurve curve();
    /// The narrowest that has enough trials.
    Window window_around(double centre) const;
    std::optional<Window> window_at_timeout() const;

  private:
    Window window_around(double centre, double factor) const;
    WritersEstimate writers(const Window& window, double share, CurveShape shape) const;
    TimeoutEstimate timeout(const Window& window, double share) const;
    void describe_shape(WaitCurve& curve, const Window& window) const;
    void note_fall(WaitCurve& curve) const;

    const std::vector<LongestWaitSeen>& seen_;
    double timeout_ms_;
    int writers_min_ = std::numeric_limits<int>::max(), writers_max_ = 0;
    double wait_max_ = 0;
    Tally at_once_;
};

Window Fitter::window_around(double centre, double factor) const
{
    Window window;
    window.centre = centre;
    for (std::size_t order = 0; order < seen_.size(); ++order) {
        const LongestWaitSeen& trial = seen_[order];
        const double x = std::log(trial.writers) - centre;
        const bool is_evidence = trial.above_ms > 0 || trial.up_to_ms;
        if (trial.writers < 2 || !is_evidence || std::abs(x) > std::log(factor) + 1e-9) {
            continue;
        }
        CensoredValue value{.low = trial.above_ms > 0 ? std::log(trial.above_ms) : -infinite,
                            .high = trial.up_to_ms ? std::log(*trial.up_to_ms) : infinite,
                            .x = {x, x * x, static_cast<double>(order)}};
        window.known += value.is_known() ? 1 : 0;
        window.values.push_back(value);
    }
    return window;
}

/// Without its strays: trials whose writers fell out of step, and waited far less than the line
/// through the others has it. Left out they can only make the answer more cautious.
Window without_strays(Window window)
{
    constexpr int known_wanted = 8;
    constexpr double far = 4; // of robust standard deviations: the median error times 1.48
    const auto fit = fit_line(Errors::logistic, window.values, 1);
    if (!fit || window.known < known_wanted) {
        return window;
    }
    const auto error = [&](const CensoredValue& value) {
        return value.high - fit->level - fit->slopes[0] * value.x[0];
    };
    std::vector<double> sizes;
    for (const CensoredValue& value : window.values) {
        if (value.is_known()) {
            sizes.push_back(std::abs(error(value)));
        }
    }
    const double limit = far * 1.4826 * percentile(sizes, 50);
    window.strays = static_cast<int>(std::erase_if(window.values, [&](const auto& value) {
        return value.is_known() && error(value) < -limit;
    }));
    window.known -= window.strays;
    return window;
}

Window Fitter::window_around(double centre) const
{
    struct Choice {
        double factor;
        int known;
    };
    for (const auto& [factor, known] : {Choice{2, 8}, Choice{2.9, 6}, Choice{4.1, known_min},
                                        Choice{8, known_min}, Choice{30, known_min}}) {
        Window window = window_around(centre, factor);
        const auto [first, last] =
            std::minmax_element(window.values.begin(), window.values.end(),
                                [](const auto& a, const auto& b) { return a.x[0] < b.x[0]; });
        if (window.known >= known && last->x[0] - first->x[0] >= std::log(1.6)) {
            return without_strays(std::move(window));
        }
    }
    return window_around(centre, infinite);
}

/// Around the M at which half of the trials lock, as far as trials reach there.
std::optional<Window> Fitter::window_at_timeout() const
{
    if (writers_max_ < 2) {
        return std::nullopt;
    }
    const double low = std::log(writers_min_), high = std::log(writers_max_);
    Window window = window_around((low + high) / 2, infinite);
    for (int round = 0; round < 4; ++round) {
        const auto fit = fit_line(Errors::logistic, window.values, 1);
        if (window.known < known_min || !fit) {
            return std::nullopt;
        }
        const double rise = std::max(fit->slopes[0], 1e-3);
        const double middle = window.centre + (std::log(timeout_ms_) - fit->level) / rise;
        window = window_around(std::clamp(middle, low, high));
    }
    return window.known >= known_min ? std::optional(window) : std::nullopt;
}

/// The fit under the condition that the curve does not fall.
std::optional<LineFit> rising_fit(const std::vector<CensoredValue>& values,
                                  std::optional<QuantileAt> pinned = {})
{
    auto fit = fit_line(Errors::logistic, values, 1, pinned);
    return !fit || fit->slopes[0] < 0 ? fit_line(Errors::logistic, values, 0, pinned) : fit;
}

struct Ends {
    double low, high;
};

/// Trials that follow each other are alike (the same dirty pages, the same neighbours), and no wait
/// is exactly log-logistic: 1.5 times the drop of independent ones, for a dozen trials and more.
/// For fewer Student's correction leaves room enough. In the study
/// (tests/statistics/wait_curve_study.cpp) the drop of independent trials covers the truth in 76 %
/// of searches where one trial correlates with the next by 0.5, this one in 92 %.
double drop_of(const Window& window)
{
    constexpr double dozen = 12;
    return (1 + 0.5 * std::min(1.0, window.known / dozen)) * likelihood_drop(window.known, 2);
}

/// From `inside` towards `limit`: where `is_inside` ends; infinite, with the sign given, where that
/// is not before the limit.
double end_towards(double inside, double limit, double beyond,
                   const std::function<bool(double)>& is_inside)
{
    constexpr int steps = 24;
    const double step = (limit - inside) / steps;
    for (int count = 0; count < steps && step != 0; ++count) {
        double outside = inside + step;
        if (is_inside(outside)) {
            inside = outside;
            continue;
        }
        while (std::abs(outside - inside) > 1e-3) {
            const double middle = (inside + outside) / 2;
            (is_inside(middle) ? inside : outside) = middle;
        }
        return inside;
    }
    return beyond;
}

/// `window` as seen from another M.
Window moved_to(double centre, Window window)
{
    for (CensoredValue& value : window.values) {
        value.x[0] += window.centre - centre;
        value.x[1] = value.x[0] * value.x[0];
    }
    window.centre = centre;
    return window;
}

WritersOrOutside place_of(double log_writers, Ends range)
{
    using Place = WritersOrOutside::Place;
    if (log_writers <= range.low) {
        return {Place::below, 0};
    }
    return log_writers >= range.high ? WritersOrOutside{Place::above, 0}
                                     : WritersOrOutside{Place::inside, std::exp(log_writers)};
}

/// Where P(lock) is `share`: refused at once, or W above the timeout. The share that is refused at
/// once is known within bounds, of which each end takes the one that is farther off.
WritersEstimate Fitter::writers(const Window& window, double share, CurveShape shape) const
{
    using Place = WritersOrOutside::Place;
    const Ends range{std::log(writers_min_ / reach), std::log(writers_max_ * reach)};
    const auto best = rising_fit(window.values);
    WritersEstimate found{{}, {Place::below, 0}, {Place::above, 0}};
    if (!best) {
        return found;
    }
    // The quantile of W that is asked for, where so many are refused at once; none: all lock.
    const auto z_beside = [&](double at_once) {
        return at_once >= share
                   ? -infinite
                   : quantile_of(Errors::logistic, 1 - (share - at_once) / (1 - at_once));
    };
    const Interval at_once = at_once_.locked > 0 ? clopper_pearson(at_once_) : Interval{0, 0};
    const auto middle_at = [&](double z) {
        const double missing = std::log(timeout_ms_) - z * best->spread - best->level;
        // A curve that does not rise is never there, or always.
        const double far = missing > 0 ? infinite : -infinite;
        const double distance = best->slopes[0] > 1e-9 ? missing / best->slopes[0] : far;
        return z == -infinite ? range.low
                              : std::clamp(window.centre + distance, range.low, range.high);
    };
    const double drop = drop_of(window);
    const auto is_inside = [&](double z) {
        return [&, z](double log_writers) {
            const auto fit = rising_fit(moved_to(log_writers, window).values,
                                        QuantileAt{std::log(timeout_ms_), z});
            return fit && best->log_likelihood - fit->log_likelihood <= drop;
        };
    };
    found.writers =
        place_of(middle_at(z_beside(1.0 * at_once_.locked / std::max(1, at_once_.trials))), range);
    if (shape == CurveShape::falling) {
        return found;
    }
    const double z_low = z_beside(at_once.high), z_high = z_beside(at_once.low);
    found.low =
        z_low == -infinite
            ? WritersOrOutside{Place::below, 0}
            : place_of(end_towards(middle_at(z_low), range.low, -infinite, is_inside(z_low)),
                       range);
    found.high =
        z_high == -infinite
            ? WritersOrOutside{Place::below, 0}
            : place_of(end_towards(middle_at(z_high), range.high, infinite, is_inside(z_high)),
                       range);
    if (timeout_ms_ > reach * wait_max_) { // no wait that was seen says where that would be
        found.writers = found.high = {Place::above, 0};
    }
    return found;
}

/// The W that a share of the trials with the window's centre are above.
TimeoutEstimate Fitter::timeout(const Window& window, double share) const
{
    const auto best = fit_line(Errors::logistic, window.values, 1);
    if (!best) {
        return {};
    }
    const double z = quantile_of(Errors::logistic, 1 - share);
    const Ends range{-1, std::log(wait_max_ * reach)};
    const double middle = best->level + z * best->spread;
    const double drop = drop_of(window);
    const auto is_inside = [&](double value) {
        const auto fit = fit_line(Errors::logistic, window.values, 1, QuantileAt{value, z});
        return fit && best->log_likelihood - fit->log_likelihood <= drop;
    };
    const double start = std::clamp(middle, range.low, range.high);
    const bool is_reached = middle < range.high;
    const double high = is_reached ? end_towards(start, range.high, infinite, is_inside) : infinite;
    const double low = is_reached || is_inside(start)
                           ? end_towards(start, range.low, -infinite, is_inside)
                           : start;
    const auto ms = [](bool is_known, double value) {
        return is_known ? std::optional(std::exp(value)) : std::nullopt;
    };
    return {ms(is_reached, middle), std::exp(low), ms(std::isfinite(high), high)};
}

/// By the test of a slope of either sign.
CurveShape shape_of(const Window& window)
{
    const auto flat = fit_line(Errors::logistic, window.values, 0);
    const auto line = fit_line(Errors::logistic, window.values, 1);
    if (!flat || !line) {
        return CurveShape::unknown;
    }
    const double p = p_of_column(flat->log_likelihood, line->log_likelihood, window.known, 2);
    return p >= 2 * significance ? CurveShape::flat
           : line->slopes[0] > 0 ? CurveShape::rising
                                 : CurveShape::falling;
}

void Fitter::describe_shape(WaitCurve& curve, const Window& window) const
{
    const auto line = fit_line(Errors::logistic, window.values, 1);
    const auto bend = fit_line(Errors::logistic, window.values, 2);
    if (!line) {
        return;
    }
    curve.slope = line->slopes[0];
    curve.spread = line->spread;
    curve.shape = shape_of(window);
    if (shape_of(window_around(0, infinite)) == CurveShape::falling) {
        curve.shape = CurveShape::falling; // on the whole
    }
    curve.fits = !bend || p_of_column(line->log_likelihood, bend->log_likelihood, window.known,
                                      3) >= significance;
    std::vector<CensoredValue> ordered = window.values; // log M and the order
    for (CensoredValue& value : ordered) {
        std::swap(value.x[1], value.x[2]);
        value.x[1] /= static_cast<double>(seen_.size());
    }
    const auto drifting = fit_line(Errors::logistic, ordered, 2);
    if (drifting && p_of_column(line->log_likelihood, drifting->log_likelihood, window.known, 3) <
                        significance) {
        curve.drift = std::exp(drifting->slopes[1]);
    }
}

/// Crowds of more than twice those of which half are locked were served in the time: the line ends
/// somewhere between, and larger crowds may lock less.
void Fitter::note_fall(WaitCurve& curve) const
{
    const WritersOrOutside& half = curve.half.writers;
    const bool was_served = std::any_of(seen_.begin(), seen_.end(), [&](const auto& trial) {
        return trial.writers > 2 * half.writers && trial.up_to_ms.value_or(infinite) <= timeout_ms_;
    });
    if (half.place == WritersOrOutside::Place::inside && was_served) {
        curve.fits = false;
        curve.half.high = curve.twentieth.high = {WritersOrOutside::Place::above, 0};
    }
}

WaitCurve Fitter::curve()
{
    WaitCurve curve;
    const Interval at_once = clopper_pearson(at_once_);
    curve.at_once = at_once_.trials > 0 ? 1.0 * at_once_.locked / at_once_.trials : 0;
    curve.at_once_low = at_once.low;
    curve.at_once_high = at_once.high;
    curve.half.low = curve.twentieth.low = {WritersOrOutside::Place::below, 0};
    curve.half.high = curve.twentieth.high = {WritersOrOutside::Place::above, 0};
    if (curve.at_once > 0.5 || timeout_ms_ <= 0) {
        curve.shape = CurveShape::does_not_wait;
        return curve;
    }
    if (const auto window = window_at_timeout()) {
        curve.trials = static_cast<int>(window->values.size());
        curve.censored = curve.trials - window->known;
        curve.strays = window->strays;
        describe_shape(curve, *window);
        curve.half = writers(*window, 0.5, curve.shape);
        curve.twentieth = writers(*window, 0.05, curve.shape);
        note_fall(curve);
    }
    for (int crowd = 10; crowd <= reach * writers_max_; crowd *= 10) {
        const double nearest = std::log(std::clamp(crowd, writers_min_, writers_max_));
        const Window window = moved_to(std::log(crowd), window_around(nearest));
        if (crowd * reach >= writers_min_ && window.known >= known_min) {
            curve.timeouts.push_back({crowd, timeout(window, 0.5), timeout(window, 0.05)});
        }
    }
    return curve;
}

} // namespace

WaitCurve wait_curve(const std::vector<LongestWaitSeen>& seen, double timeout_ms)
{
    check(timeout_ms >= 0 && std::isfinite(timeout_ms), "timeout_ms", timeout_ms, "0 or more");
    return Fitter(seen, timeout_ms).curve();
}

std::optional<double> expected_wait_ms(const std::vector<LongestWaitSeen>& seen, int writers)
{
    const Window window = Fitter(seen, 1).window_around(std::log(writers));
    const auto fit =
        window.known < known_min ? std::nullopt : fit_line(Errors::logistic, window.values, 1);
    return fit ? std::optional(std::exp(fit->level)) : std::nullopt;
}

std::optional<double> expected_writers(const std::vector<LongestWaitSeen>& seen, double timeout_ms,
                                       double share)
{
    const auto window = Fitter(seen, timeout_ms).window_at_timeout();
    const auto fit = window ? rising_fit(window->values) : std::nullopt;
    if (!fit) {
        return std::nullopt;
    }
    const double missing =
        std::log(timeout_ms) - quantile_of(Errors::logistic, 1 - share) * fit->spread - fit->level;
    constexpr double exponent_max = 30; // a flat curve's answer is far away
    const double rise = std::max(fit->slopes[0], 1e-6);
    return std::exp(std::clamp(window->centre + missing / rise, -exponent_max, exponent_max));
}

} // namespace firstlock

#include "helpers/statistics/censored_regression.hpp"

#include "helpers/statistics/tally.hpp"

#include <boost/math/distributions/fisher_f.hpp>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

namespace firstlock {
namespace {

// The slopes (and the level, where nothing is pinned) divided by the spread, and 1/spread.
constexpr std::size_t parameters_max = CensoredValue::columns_max + 2;
using Vector = std::array<double, parameters_max>;
using Matrix = std::array<Vector, parameters_max>;

/// The distribution of an error: its density with the relative slope of that, and its mass above z.
struct Distribution {
    double (*density)(double z);
    double (*descent)(double z); ///< -d/dz log density
    double (*upper)(double z);

    /// P(low < e <= high), exact in both tails: it is symmetric.
    double mass(double low, double high) const
    {
        return low > 0 ? upper(low) - upper(high) : upper(-high) - upper(-low);
    }
};

const Distribution normal{
    [](double z) { return std::exp(-z * z / 2) / std::sqrt(2 * std::numbers::pi); },
    [](double z) { return z; }, [](double z) { return std::erfc(z / std::numbers::sqrt2) / 2; }};

double above(double z)
{
    return 1 / (1 + std::exp(z));
}
const Distribution logistic{[](double z) { return above(z) * above(-z); },
                            [](double z) { return above(-z) - above(z); }, above};

struct Slope {
    double log_likelihood = 0;
    Vector gradient{};
    Matrix curvature{}; // minus the second derivative
};

/// The parametrization in which the likelihood is concave: an end y of an interval stands at
/// h (y - y0) + z - sum(theta x), with h = 1/spread the last parameter.
class Likelihood {
  public:
    Likelihood(Errors errors, const std::vector<CensoredValue>& values, std::size_t columns,
               std::optional<QuantileAt> pinned)
        : errors_(errors == Errors::normal ? normal : logistic), values_(values), columns_(columns),
          has_level_(!pinned), pinned_(pinned.value_or(QuantileAt{}))
    {
    }

    std::size_t parameters() const { return columns_ + (has_level_ ? 2 : 1); }

    Slope at(const Vector& theta) const
    {
        Slope sum;
        for (const CensoredValue& value : values_) {
            add(value, theta, sum);
        }
        return sum;
    }

  private:
    double place(double end, const CensoredValue& value, const Vector& theta, Vector& change) const
    {
        std::size_t at = 0;
        double z = pinned_.z;
        for (; at < columns_; ++at) {
            change[at] = -value.x[at];
            z += change[at] * theta[at];
        }
        if (has_level_) {
            change[at] = -1;
            z -= theta[at++];
        }
        change[at] = end - pinned_.value;
        return z + change[at] * theta[at];
    }

    void add(const CensoredValue& value, const Vector& theta, Slope& sum) const
    {
        const double infinite = std::numeric_limits<double>::infinity();
        Vector low_change{}, high_change{};
        const bool has_low = std::isfinite(value.low), has_high = std::isfinite(value.high);
        const double low = has_low ? place(value.low, value, theta, low_change) : -infinite;
        const double high = has_high ? place(value.high, value, theta, high_change) : infinite;
        const double p = errors_.mass(low, high);
        if (!(p > 0)) {
            sum.log_likelihood = -infinite;
            return;
        }
        const double at_low = has_low ? errors_.density(low) / p : 0;
        const double at_high = has_high ? errors_.density(high) / p : 0;
        const double bend_low = has_low ? errors_.descent(low) * at_low : 0;
        const double bend_high = has_high ? errors_.descent(high) * at_high : 0;
        sum.log_likelihood += std::log(p);
        for (std::size_t i = 0; i < parameters(); ++i) {
            const double gradient = at_high * high_change[i] - at_low * low_change[i];
            sum.gradient[i] += gradient;
            for (std::size_t j = 0; j < parameters(); ++j) {
                sum.curvature[i][j] +=
                    bend_high * high_change[i] * high_change[j] -
                    bend_low * low_change[i] * low_change[j] +
                    gradient * (at_high * high_change[j] - at_low * low_change[j]);
            }
        }
    }

    const Distribution& errors_;
    const std::vector<CensoredValue>& values_;
    std::size_t columns_;
    bool has_level_;
    QuantileAt pinned_;
};

/// The step of Newton's method, by elimination; none where the curvature is singular.
std::optional<Vector> step_of(Slope slope, std::size_t n)
{
    for (std::size_t i = 0; i < n; ++i) {
        slope.curvature[i][i] *= 1 + 1e-12;
        if (!(slope.curvature[i][i] > 0)) {
            return std::nullopt;
        }
        for (std::size_t row = i + 1; row < n; ++row) {
            const double factor = slope.curvature[row][i] / slope.curvature[i][i];
            for (std::size_t column = i; column < n; ++column) {
                slope.curvature[row][column] -= factor * slope.curvature[i][column];
            }
            slope.gradient[row] -= factor * slope.gradient[i];
        }
    }
    Vector step{};
    for (std::size_t i = n; i-- > 0;) {
        double rest = slope.gradient[i];
        for (std::size_t j = i + 1; j < n; ++j) {
            rest -= slope.curvature[i][j] * step[j];
        }
        step[i] = rest / slope.curvature[i][i];
    }
    return step;
}

/// A place to climb from at which no value is impossible: level and spread of the bounds.
Vector start_of(const std::vector<CensoredValue>& values, std::size_t n, bool has_level,
                double centre)
{
    double sum = 0, squares = 0;
    int bounds = 0;
    for (const CensoredValue& value : values) {
        for (const double bound : {value.low, value.high}) {
            if (std::isfinite(bound)) {
                sum += bound - centre;
                squares += (bound - centre) * (bound - centre);
                ++bounds;
            }
        }
    }
    const double mean = bounds > 0 && has_level ? sum / bounds : 0;
    const double spread = std::max(1e-3, std::sqrt(squares / std::max(1, bounds) - mean * mean));
    Vector theta{};
    theta[n - 1] = 1 / spread;
    if (has_level) {
        theta[n - 2] = mean / spread;
    }
    return theta;
}

} // namespace

bool CensoredValue::is_known() const
{
    return std::isfinite(low) && std::isfinite(high);
}

std::optional<LineFit> fit_line(Errors errors, const std::vector<CensoredValue>& values,
                                std::size_t columns, std::optional<QuantileAt> pinned)
{
    check(columns <= CensoredValue::columns_max, "columns", columns,
          "up to " + std::to_string(CensoredValue::columns_max));
    for (const CensoredValue& value : values) {
        check(value.low < value.high, "a value's low", value.low,
              "below its high, " + std::to_string(value.high));
    }
    if (values.empty()) {
        return std::nullopt;
    }
    const Likelihood likelihood(errors, values, columns, pinned);
    const std::size_t n = likelihood.parameters();
    Vector theta = start_of(values, n, !pinned, pinned ? pinned->value : 0);
    Slope here = likelihood.at(theta);
    bool is_done = false;
    for (int round = 0; round < 200 && !is_done; ++round) {
        const auto step = step_of(here, n);
        if (!step) {
            return std::nullopt;
        }
        double share = 1;
        Slope next;
        Vector moved{};
        do {
            for (std::size_t i = 0; i < n; ++i) {
                moved[i] = theta[i] + share * (*step)[i];
            }
            next = moved[n - 1] > 0 ? likelihood.at(moved) : Slope{};
            share /= 2;
        } while (share > 1e-9 && !(moved[n - 1] > 0 && next.log_likelihood >= here.log_likelihood));
        is_done = !(next.log_likelihood > here.log_likelihood + 1e-9);
        if (!is_done) {
            theta = moved;
            here = next;
        }
    }
    if (!is_done || !std::isfinite(here.log_likelihood)) {
        return std::nullopt;
    }
    LineFit fit{.log_likelihood = here.log_likelihood, .spread = 1 / theta[n - 1]};
    for (std::size_t i = 0; i < columns; ++i) {
        fit.slopes[i] = theta[i] * fit.spread;
    }
    fit.level = pinned ? pinned->value - pinned->z * fit.spread : theta[n - 2] * fit.spread;
    return fit;
}

double quantile_of(Errors errors, double share)
{
    return errors == Errors::normal ? boost::math::quantile(boost::math::normal(), share)
                                    : std::log(share / (1 - share));
}

double likelihood_drop(int known, int free)
{
    const int left = std::max(1, known - free);
    const double t = boost::math::quantile(boost::math::students_t(left), 0.975);
    return std::max(known, free + 1) / 2.0 * std::log1p(t * t / left);
}

double p_of_column(double log_likelihood_without, double log_likelihood_with, int known, int free)
{
    const int left = known - free;
    if (left < 1) {
        return 1;
    }
    const double gain = std::max(0.0, log_likelihood_with - log_likelihood_without);
    const double f = std::expm1(2 * gain / known) * left;
    return boost::math::cdf(boost::math::complement(boost::math::fisher_f(1, left), f));
}

} // namespace firstlock

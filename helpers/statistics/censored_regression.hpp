#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <vector>

namespace firstlock {

/// A value of which is known that it lies above `low` and at `high` or below; either may be
/// infinite. `x` is what it may depend on.
struct CensoredValue {
    static constexpr std::size_t columns_max = 3;
    double low = 0, high = 0;
    std::array<double, columns_max> x{};

    bool is_known() const; ///< to lie between two finite bounds
};

/// How values scatter: e of the standard normal or the standard logistic distribution, whose tails
/// are longer, so that a value far off moves the fit less.
enum class Errors { normal, logistic };

/// The z that a share of all e do not exceed; 0 for a half.
double quantile_of(Errors errors, double share);

/// "The quantile at x = 0 that belongs to `z` is `value`."
struct QuantileAt {
    double value = 0, z = 0;
};

/// Linear regression with errors of one spread: value = level + slopes * x + spread * e.
struct LineFit {
    double log_likelihood = 0;
    double level = 0; ///< at x = 0
    double spread = 0;
    std::array<double, CensoredValue::columns_max> slopes{};
};

/// The fit of greatest likelihood in which the first `columns` of x count, and for which `pinned`
/// is true where that is given; none for no values, or where they do not determine it. The
/// likelihood of a value is the probability of its interval, so what is censored is neither left
/// out nor taken for its bound. In 1/spread and slopes/spread it has one maximum (Burridge, "A note
/// on maximum likelihood estimation for regression models using grouped data", J. Royal Statistical
/// Society B 43, 1981), which Newton's method finds. Throws std::invalid_argument for more columns
/// than there are, or a value whose low is not below its high.
std::optional<LineFit> fit_line(Errors errors, const std::vector<CensoredValue>& values,
                                std::size_t columns, std::optional<QuantileAt> pinned = {});

/// How far below its maximum the log-likelihood of a 95 % interval may lie, for `known` values and
/// `free` parameters: n/2 log(1 + t^2/(n - free)) with t the quantile of Student's distribution.
/// For uncensored values the interval is then Student's (and Fieller's) own, which holds for a
/// handful of them, where the usual 1.92 does not.
double likelihood_drop(int known, int free);

/// The p-value of one more column: that of the likelihoods' ratio, by Fisher's distribution with
/// the same correction for few values.
double p_of_column(double log_likelihood_without, double log_likelihood_with, int known, int free);

} // namespace firstlock

#pragma once

#include <array>
#include <optional>
#include <string>

#include "helpers/statistics/confirmations.hpp"
#include "helpers/statistics/first_lock.hpp"
#include "helpers/statistics/threshold_set.hpp"
#include "helpers/statistics/trial_history.hpp"

namespace firstlock {

class FirstLockSearch {
  public:
    /// Throws std::invalid_argument that names the limit, its value and what is accepted.
    explicit FirstLockSearch(SearchLimits limits);

    /// The M of the next trial; nothing once the search has stopped. Asking twice without telling asks the same.
    std::optional<int> next_writers() const { return plan_ ? std::optional(plan_->writers) : std::nullopt; }

    /// Throws std::invalid_argument for an answer that cannot be; the search is unchanged then.
    void tell(const TrialAnswer& answer);

    /// What is known so far; may be read at any time.
    FirstLock result() const;

  private:
    enum class Purpose { scan, patrol, confirm, fall, climb, halfway };
    struct Plan {
        int writers;
        Purpose purpose;
    };

    std::optional<Plan> make_plan();
    std::optional<int> scan() const;
    std::optional<int> patrol(int depth) const;
    std::optional<int> candidate() const;
    std::optional<int> fall() const;
    std::optional<int> climb() const;
    std::optional<int> halfway() const;
    std::optional<Plan> deepen();

    bool can_pay_a_lock() const;
    double random(int salt) const;
    double& spent(Purpose purpose) { return spent_[static_cast<std::size_t>(purpose)]; }
    double spent(Purpose purpose) const { return spent_[static_cast<std::size_t>(purpose)]; }

    TrialHistory history_;
    ThresholdSet half_;
    ThresholdSet tenth_;
    Confirmations confirmations_;
    std::array<double, 6> spent_{};
    std::optional<Plan> plan_;
    std::string stopped_because_;
};

} // namespace firstlock

// Goal:   CI fails when this machine, file system, SQLite build or driver no longer keeps what was
//         promised.
// Method: a sequential test per promise of FIRSTLOCK_PROMISES; tests of locked trials and of
//         waits per level of FIRSTLOCK_BASELINE. These cases are not part of `all`: without a
//         promise there is nothing to gate on, and a gate must not go green on no evidence. What
//         they do is tested in promises.cpp and baselines.cpp.
#include "fixtures/run/settings.hpp"
#include "fixtures/search/gate_tests.hpp"

#include <catch2/catch_test_macros.hpp>

#include <iostream>
#include <limits>

using namespace firstlock;

namespace {

/// Fails where something is broken or nothing was decided; skips for the latter with
/// FIRSTLOCK_UNDECIDED=skip.
void judge(const auto& all, const auto& test)
{
    std::string undecided = all.empty() ? "\nnothing to test" : "";
    for (const auto& each : all) {
        const Evidenced result = test(each);
        std::cout << result.evidence << std::endl;
        INFO(result.evidence);
        CHECK(result.verdict != PromiseVerdict::broken);
        if (result.verdict == PromiseVerdict::undecided) {
            undecided += "\n" + result.evidence;
        }
    }
    if (!undecided.empty() && settings().skip_undecided) {
        SKIP("undecided:" << undecided);
    }
    INFO("undecided:" << undecided);
    CHECK(undecided.empty());
}

} // namespace

TEST_CASE("gate.every promise is kept")
{
    if (settings().promises.empty() && !settings().baseline.empty()) {
        SKIP("FIRSTLOCK_PROMISES is not set, FIRSTLOCK_BASELINE is");
    }
    INFO("FIRSTLOCK_PROMISES names the promise file; README, \"A gate in CI\", has one to copy");
    REQUIRE_FALSE(settings().promises.empty());
    judge(read_promises(settings().promises), [](const Promise& promise) {
        return test_promise(promise, settings().trials.value_or(2000),
                            settings().budget_s.value_or(300));
    });
}

TEST_CASE("gate.no profile locks more often or waits longer than in the baseline")
{
    if (settings().baseline.empty()) {
        SKIP("FIRSTLOCK_BASELINE is not set");
    }
    auto levels = read_baseline(settings().baseline);
    const int trials = settings().trials.value_or(60);
    const double budget_s = settings().budget_s.value_or(std::numeric_limits<int>::max());
    std::erase_if(levels, [&](const BaselineLevel& level) {
        if (!can_become_worse(level)) {
            std::cout << level.profile << " with " << level.writers
                      << " writers takes no part: " << level.locked_trials << " of " << level.trials
                      << " trials locked in the baseline, so it cannot become much worse"
                      << std::endl;
        }
        return !can_become_worse(level);
    });
    INFO("a baseline with a few trials at a level, or with most of them locked, shows no change; a "
         "survey has more trials");
    // 1 % for the whole gate, however many levels it looks at (Bonferroni).
    const double alpha = 0.01 / static_cast<double>(levels.size());
    judge(levels,
          [&](const BaselineLevel& level) { return compare_with(level, trials, budget_s, alpha); });
}

#include "helpers/results/summary.hpp"

namespace firstlock {
namespace {

using nlohmann::ordered_json;

ordered_json writers_or_outside(const WritersOrOutside& value)
{
    switch (value.place) {
    case WritersOrOutside::Place::below:
        return "below";
    case WritersOrOutside::Place::above:
        return "above";
    case WritersOrOutside::Place::inside:
        break;
    }
    return value.writers;
}

template <typename Value>
ordered_json or_null(const std::optional<Value>& value)
{
    return value ? ordered_json(*value) : ordered_json(nullptr);
}

ordered_json levels_of(const FirstLock& found)
{
    ordered_json levels = ordered_json::array();
    for (const Level& level : found.levels) {
        const Interval p = clopper_pearson(level);
        levels.push_back({{"writers", level.writers},
                          {"trials", level.trials},
                          {"locked_trials", level.locked},
                          {"locked_writers", level.locked_writers},
                          {"void_trials", level.void_trials},
                          {"p_low", p.low},
                          {"p_high", p.high}});
    }
    return levels;
}

} // namespace

ordered_json search_state(const std::string& search, const TrialRecord& example,
                          const FirstLock& found, bool finished)
{
    // Without a trial nothing is known about M50, and a number would look like knowledge.
    const bool known = found.trials > 0;
    return {
        {"search", search},
        {"case", example.case_name},
        {"profile", example.profile},
        {"journal_mode", example.journal_mode},
        {"synchronous", example.synchronous},
        {"transaction", example.transaction},
        {"retry", example.retry},
        {"connect", example.connect},
        {"busy_timeout_ms", example.busy_timeout_ms},
        {"payload_bytes", example.payload_bytes},
        {"writer", example.writer},
        {"file_system", example.environment.file_system},
        {"holds", or_null(found.holds)},
        {"holds_p_high", or_null(found.holds_p_high)},
        {"first_lock", or_null(found.first_lock)},
        {"m50", known ? writers_or_outside(found.m50) : ordered_json(nullptr)},
        {"m50_low", known ? writers_or_outside(found.m50_low) : ordered_json(nullptr)},
        {"m50_high", known ? writers_or_outside(found.m50_high) : ordered_json(nullptr)},
        {"trials", found.trials},
        {"trials_locked", found.trials_locked},
        {"levels", levels_of(found)},
        {"monotone", found.monotone},
        {"max_writers", found.writers_max},
        {"stopped_because", found.stopped_because},
        {"finished", finished},
    };
}

ordered_json make_summary(const std::string& run_id, const Environment& environment,
                          const std::vector<ordered_json>& searches)
{
    ordered_json summary{{"schema", results_schema}, {"run_id", run_id}, {"updated_at", utc_now()}};
    add_environment(summary, environment);
    summary["first_lock"] = ordered_json::array();
    for (ordered_json search : searches) {
        search.erase("search");
        summary["first_lock"].push_back(std::move(search));
    }
    return summary;
}

} // namespace firstlock

#include "helpers/results/search_state.hpp"

#include "helpers/described/task.hpp"

namespace firstlock {
namespace {

/// A level as it stands in a line. Its bounds describe it alone, as if its trials had been fixed in
/// number beforehand.
struct LevelLine {
    int writers = 0, trials = 0, locked_trials = 0, locked_writers = 0, void_trials = 0;
    double p_low = 0, p_high = 1;
    /// The same were the void trials locked ones. Null in lines of schema 1, like the waits.
    std::optional<double> p_high_void_locked;
    std::optional<std::vector<double>> waits_ms, censored_waits_ms;
};
BOOST_DESCRIBE_STRUCT(LevelLine, (),
                      (writers, trials, locked_trials, locked_writers, void_trials, p_low, p_high,
                       p_high_void_locked, waits_ms, censored_waits_ms))

} // namespace
} // namespace firstlock

template <>
struct nlohmann::adl_serializer<firstlock::Level> {
    static void to_json(ordered_json& json, const firstlock::Level& level)
    {
        const auto p = firstlock::clopper_pearson(level);
        const auto with_void = firstlock::clopper_pearson(
            {level.locked + level.void_trials, level.trials + level.void_trials});
        json = firstlock::LevelLine{level.writers,
                                    level.trials,
                                    level.locked,
                                    level.locked_writers,
                                    level.void_trials,
                                    p.low,
                                    p.high,
                                    with_void.high,
                                    level.waits_ms,
                                    level.censored_waits_ms};
    }
    static void from_json(const ordered_json& json, firstlock::Level& level)
    {
        const auto line = json.get<firstlock::LevelLine>();
        const auto check_count = [](const char* key, int count, int min, int max) {
            firstlock::check_value(min <= count && count <= max, key, count,
                                   std::to_string(min) + " to " + std::to_string(max));
        };
        constexpr int max = 1'000'000'000; // as a search has it
        check_count("writers", line.writers, 1, max);
        check_count("trials", line.trials, 0, max);
        check_count("locked_trials", line.locked_trials, 0, line.trials);
        check_count("locked_writers", line.locked_writers, 0, max);
        check_count("void_trials", line.void_trials, 0, max);
        level = {};
        level.locked = line.locked_trials;
        level.trials = line.trials;
        level.writers = line.writers;
        level.locked_writers = line.locked_writers;
        level.void_trials = line.void_trials;
        level.waits_ms = line.waits_ms.value_or(std::vector<double>{});
        level.censored_waits_ms = line.censored_waits_ms.value_or(std::vector<double>{});
    }
};

/// A number, or on which side of the range it lies; null where nothing is known.
template <>
struct nlohmann::adl_serializer<firstlock::WritersOrOutside> {
    using Place = firstlock::WritersOrOutside::Place;

    static void to_json(ordered_json& json, const firstlock::WritersOrOutside& value)
    {
        if (value.place != Place::inside) {
            json = value.place == Place::below ? "below" : "above";
        } else if (value.writers > 0) {
            json = value.writers;
        }
    }
    static void from_json(const ordered_json& json, firstlock::WritersOrOutside& value)
    {
        if (json == "below" || json == "above") {
            value.place = json == "below" ? Place::below : Place::above;
        } else if (json.is_number() && json >= 0) {
            json.get_to(value.writers);
        } else if (!json.is_null()) {
            throw firstlock::JsonError("found " + firstlock::shown(json) +
                                       "; accepted: below, above, a number from 0, null");
        }
    }
};

namespace firstlock {

using nlohmann::ordered_json;

SearchState search_state(const std::string& search, const TrialRecord& example,
                         const FirstLock& found, bool finished)
{
    SearchState state{static_cast<const TrialSettings&>(example),
                      found,
                      search,
                      example.case_,
                      example.file_system,
                      found.writers_max,
                      finished};
    if (found.trials == 0) { // nothing is known about M50, and a number would look like knowledge
        state.m50 = state.m50_low = state.m50_high = {};
    }
    return state;
}

std::string line_of(const SearchState& state)
{
    return json_text(state);
}

SearchState search_from(const ordered_json& line)
{
    return line.get<SearchState>();
}

std::string summary_text(const std::string& run_id, const Environment& environment,
                         const std::vector<SearchState>& searches)
{
    ordered_json summary{{"schema", results_schema}, {"run_id", run_id}, {"updated_at", utc_now()}};
    summary.update(ordered_json(environment));
    summary["first_lock"] = searches;
    for (ordered_json& search : summary["first_lock"]) {
        search.erase("search");
    }
    return summary.dump(2) + "\n";
}

} // namespace firstlock

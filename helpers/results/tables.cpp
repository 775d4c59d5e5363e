#include "helpers/results/tables.hpp"

#include "helpers/described/names.hpp"
#include "helpers/results/text_table.hpp"
#include "helpers/statistics/percentiles.hpp"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <cmath>
#include <set>

namespace firstlock {
namespace {

using nlohmann::ordered_json;

std::string number(const ordered_json& value)
{
    if (value.is_null()) {
        return "-";
    }
    return value.is_string() ? value.get<std::string>()
                             : fmt::format("{:.0f}", std::ceil(value.get<double>()));
}

std::string short_source(const std::string& source_id)
{
    const auto blank = source_id.rfind(' ');
    return source_id.substr(blank == std::string::npos ? 0 : blank + 1, 8);
}

struct TrialFigures {
    std::string commits_per_second = "-", wait_p99 = "-", first_locked_after = "-";
};

/// Medians. Rate and wait are of the trials at the M that holds: a mix of all M would say little.
/// `first_locked_after` is of all trials with a locked writer: the real wait against the timeout
/// that was set.
TrialFigures figures_of(const std::vector<TrialRecord>& trials, const ordered_json& search)
{
    const ordered_json& holds = search.at("holds");
    std::vector<double> rates;
    std::vector<double> waits;
    std::vector<double> refusals;
    for (const TrialRecord& trial : trials) {
        if (trial.search != search.at("search") || trial.verdict == Verdict::void_) {
            continue;
        }
        const bool at_holds = holds.is_number() && trial.writers == holds.get<std::size_t>();
        if (at_holds && trial.commits_per_second) {
            rates.push_back(*trial.commits_per_second);
        }
        if (at_holds && trial.wait_ms) {
            waits.push_back(trial.wait_ms->p99);
        }
        if (trial.first_locked) {
            refusals.push_back(trial.first_locked->after_ms);
        }
    }
    const auto median = [](const std::vector<double>& values) {
        return values.empty() ? std::string("-") : fmt::format("{:.0f}", percentile(values, 50));
    };
    return {median(rates), median(waits), median(refusals)};
}

/// What makes the figures of a search less than they look.
std::string note_on(const ordered_json& search)
{
    std::string note = search.value("monotone", true) ? "" : "falls again with M";
    const auto add = [&](const std::string& text) { note += (note.empty() ? "" : ", ") + text; };
    if (!search.value("finished", true)) {
        add("unfinished");
    }
    const std::string stopped_because = search.value("stopped_because", "");
    int void_trials = 0;
    for (const ordered_json& level : search.value("levels", ordered_json::array())) {
        void_trials += level.value("void_trials", 0);
    }
    if (stopped_because.find("void") != std::string::npos) {
        add(stopped_because);
    } else if (void_trials > 0) {
        add(fmt::format("{} void {}", void_trials, void_trials == 1 ? "trial" : "trials"));
    }
    return note;
}

} // namespace

std::string first_lock_table(const std::vector<RunResults>& runs)
{
    TextTable table({"profile",     "journal",
                     "sync",        "timeout ms",
                     "holds",       "P(lock) <=",
                     "first lock",  "m50",
                     "m50 95 %",    "trials",
                     "locked",      "commits/s",
                     "p99 wait ms", "first locked after ms",
                     "up to",       "on",
                     "SQLite",      "host",
                     "writer",      "note"});
    for (const RunResults& run : runs) {
        for (const ordered_json& search : run.searches) {
            const std::string key = search.value("search", "");
            const auto trial =
                std::find_if(run.trials.begin(), run.trials.end(),
                             [&](const TrialRecord& each) { return each.search == key; });
            if (trial == run.trials.end()) {
                continue;
            }
            const TrialFigures figures = figures_of(run.trials, search);
            const auto& high = search.at("holds_p_high");
            const std::string note = note_on(search);
            table.add({search.at("profile"),
                       search.at("journal_mode"),
                       search.at("synchronous"),
                       number(search.at("busy_timeout_ms")),
                       number(search.at("holds")),
                       high.is_null() ? "-" : fmt::format("{:.1f} %", 100 * high.get<double>()),
                       number(search.at("first_lock")),
                       number(search.at("m50")),
                       number(search.at("m50_low")) + " to " + number(search.at("m50_high")),
                       number(search.at("trials")),
                       number(search.at("trials_locked")),
                       figures.commits_per_second,
                       figures.wait_p99,
                       figures.first_locked_after,
                       number(search.at("max_writers")),
                       trial->environment.file_system,
                       trial->environment.sqlite.version + " " +
                           short_source(trial->environment.sqlite.source_id),
                       trial->environment.host,
                       trial->writer,
                       note});
        }
    }
    if (table.empty()) {
        return "";
    }
    for (const char* const column : {"up to", "on", "SQLite", "host", "writer"}) {
        table.drop_if_same(column);
    }
    table.drop_if_all("note", "");
    return table.text() +
           "commits/s and p99 wait: medians of the trials at the M that holds. first locked "
           "after: median of the trials\nthat locked. P(lock) <=: upper 95 % bound at "
           "the M that holds, from trials made to confirm it.\n";
}

std::string case_table(const std::vector<RunResults>& runs)
{
    TextTable table({"case", "profile", "writers", "acknowledged", "locked", "failed", "unknown",
                     "lost", "first locked after ms", "p99 wait ms", "skew ms", "in flight", "on",
                     "SQLite", "host", "verdict"});
    for (const RunResults& run : runs) {
        for (const TrialRecord& trial : run.trials) {
            if (!trial.search.empty()) {
                continue;
            }
            table.add(
                {trial.case_name, trial.profile, std::to_string(trial.writers),
                 std::to_string(trial.acknowledged), std::to_string(trial.locked),
                 std::to_string(trial.failed), std::to_string(trial.unknown),
                 std::to_string(trial.lost),
                 trial.first_locked ? fmt::format("{:.0f}", trial.first_locked->after_ms) : "-",
                 trial.wait_ms ? fmt::format("{:.0f}", trial.wait_ms->p99) : "-",
                 trial.start_skew_ms ? fmt::format("{:.0f}", *trial.start_skew_ms) : "-",
                 trial.in_flight_peak ? std::to_string(*trial.in_flight_peak) : "-",
                 trial.environment.file_system,
                 trial.environment.sqlite.version + " " +
                     short_source(trial.environment.sqlite.source_id),
                 trial.environment.host,
                 std::string(name_of(trial.verdict)) +
                     (trial.stopped_early ? ", stopped there" : "")});
        }
    }
    if (table.empty()) {
        return "";
    }
    for (const char* const column : {"on", "SQLite", "host"}) {
        table.drop_if_same(column);
    }
    table.drop_if_all("failed", "0");
    table.drop_if_all("unknown", "0");
    return table.text();
}

std::string machine_lines(const std::vector<RunResults>& runs)
{
    std::set<std::string> lines;
    for (const RunResults& run : runs) {
        for (const TrialRecord& trial : run.trials) {
            const Environment& where = trial.environment;
            lines.insert(fmt::format("{}: {} on {}, {} CPUs, SQLite {} ({}), writer {}\n",
                                     where.host, where.file_system, where.kernel, where.cpu_count,
                                     where.sqlite.version, short_source(where.sqlite.source_id),
                                     trial.writer));
        }
    }
    std::string text;
    for (const std::string& line : lines) {
        text += line;
    }
    return text;
}

} // namespace firstlock

#include "helpers/results/tables.hpp"

#include "helpers/described/names.hpp"
#include "helpers/described/printable.hpp"
#include "helpers/results/answer.hpp"
#include "helpers/results/line_cells.hpp"
#include "helpers/results/text_table.hpp"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <iterator>
#include <map>
#include <set>

namespace firstlock {
namespace {

/// A search, and its trials of the same run.
struct Searched : SearchState {
    std::vector<TrialRecord> trials_of_it;
};

/// The first letters of the check-in that the build was made of.
std::string short_source(const Environment& where)
{
    const std::string& id = where.sqlite_source_id;
    const auto blank = id.rfind(' ');
    return id.substr(blank == std::string::npos ? 0 : blank + 1, 8);
}

std::string sqlite_of(const Environment& where)
{
    return where.sqlite_version + " " + short_source(where);
}

std::optional<double> wait_p99_of(const TrialRecord& trial)
{
    return trial.wait_ms ? std::optional(trial.wait_ms->p99) : std::nullopt;
}

/// The real wait against the timeout that was set.
std::optional<double> first_locked_after(const TrialRecord& trial)
{
    return trial.first_locked ? std::optional(trial.first_locked->after_ms) : std::nullopt;
}

using TrialFigure = std::optional<double> (*)(const TrialRecord&);

/// Of the trials at the M that holds which are not void: a mix of all M would say little.
std::optional<double> median_at_holds(const Searched& search, TrialFigure figure)
{
    std::vector<double> figures;
    for (const TrialRecord& trial : search.trials_of_it) {
        const bool counts = static_cast<int>(trial.writers) == search.holds.value_or(-1);
        if (const auto value = figure(trial); value && counts && trial.verdict != Verdict::void_) {
            figures.push_back(*value);
        }
    }
    return figures.empty() ? std::nullopt : std::optional(percentile(figures, 50));
}

/// What makes the figures of a search less than they look.
std::string note_on(const SearchState& search)
{
    std::string note = search.monotone ? "" : "falls again with M";
    const auto add = [&](const std::string& text) { note += (note.empty() ? "" : ", ") + text; };
    if (!search.finished) {
        add("unfinished");
    }
    std::int64_t void_trials = 0;
    for (const Level& level : search.levels) {
        void_trials += level.void_trials;
    }
    if (search.stopped_because.find("void") != std::string::npos) {
        add(search.stopped_because);
    } else if (void_trials > 0) {
        add(fmt::format("{} void {}", void_trials, void_trials == 1 ? "trial" : "trials"));
    }
    return note;
}

std::string timeout_of(const Searched& search)
{
    return search.busy_timeout_ms ? duration(static_cast<double>(*search.busy_timeout_ms)) : "-";
}

/// What the model says of a search; of one of schema 1 the M at which half lock is all.
std::string half_of(const Searched& search)
{
    if (search.curve && search.curve->shape == CurveShape::does_not_wait) {
        return "does not wait";
    }
    return amount(WritersEstimate{search.m50, search.m50_low, search.m50_high});
}

std::string twentieth_of(const Searched& search)
{
    return !search.curve || search.curve->shape == CurveShape::does_not_wait
               ? "-"
               : amount(search.curve->twentieth);
}

/// "512: 14 of 14, P <= 19 %"
std::string clean_of(const Searched& search)
{
    if (!search.holds) {
        return "-";
    }
    const std::string trials =
        search.holds_trials ? fmt::format(": {} of {}", *search.holds_trials, *search.holds_trials)
                            : "";
    return fmt::format("{}{}", *search.holds, trials) +
           (search.holds_p_high.value_or(1) < 1 ? ", P <= " + percent(*search.holds_p_high) : "");
}

/// "" where nobody was locked, or an older version recorded it.
std::string reason_in(const TrialRecord& trial)
{
    return trial.why && trial.why->reason ? words_for(*trial.why->reason) : "";
}

/// Why most of its locked trials were: "waiters asleep (7 of 9)".
std::string reason_of(const Searched& search)
{
    std::map<std::string, std::size_t> trials;
    std::size_t locked = 0;
    for (const TrialRecord& trial : search.trials_of_it) {
        if (const std::string reason = reason_in(trial); !reason.empty()) {
            ++trials[reason];
            ++locked;
        }
    }
    const auto most =
        std::max_element(trials.begin(), trials.end(), [](const auto& one, const auto& other) {
            return one.second < other.second;
        });
    return most == trials.end() ? ""
                                : fmt::format("{} ({} of {})", most->first, most->second, locked);
}

/// "0.01/0.2/-": what `figure` is at 10, 100 and 1000 writers.
std::function<Cell(const Searched&)> at_each(std::string (*figure)(const SearchState&, int))
{
    return [figure](const Searched& search) {
        return figure(search, 10) + "/" + figure(search, 100) + "/" + figure(search, 1000);
    };
}

/// All searches that have trials in their run.
std::vector<Searched> searches_of(const std::vector<RunResults>& runs)
{
    std::vector<Searched> searches;
    for (const RunResults& run : runs) {
        for (const SearchState& state : run.searches) {
            Searched search{state, {}};
            std::copy_if(run.trials.begin(), run.trials.end(),
                         std::back_inserter(search.trials_of_it),
                         [&](const TrialRecord& trial) { return trial.search == state.search; });
            if (!search.trials_of_it.empty()) {
                searches.push_back(std::move(search));
            }
        }
    }
    return searches;
}

} // namespace

std::string first_lock_table(const std::vector<RunResults>& runs)
{
    const auto where = [](auto figure) {
        return [figure](const Searched& search) {
            return std::invoke(figure, search.trials_of_it.front());
        };
    };
    const std::string table = table_of(
        searches_of(runs), {{"profile", &Searched::profile},
                            {"journal",
                             [](const Searched& search) {
                                 return search.journal_mode.value_or("-") + " " +
                                        search.synchronous.value_or("-");
                             }},
                            {"timeout", timeout_of},
                            {"half lock at", half_of},
                            {"1 in 20 at", twentieth_of},
                            {"first lock", &Searched::first_lock},
                            {"clean", clean_of},
                            {"headroom", at_each(headroom_at)},
                            {"timeout needed", at_each(timeout_for)},
                            {"commits/s",
                             [](const Searched& search) {
                                 return median_at_holds(search, [](const TrialRecord& trial) {
                                     return trial.commits_per_second;
                                 });
                             }},
                            {"reason", reason_of, Shown::where_any},
                            {"trials", &Searched::trials},
                            {"up to", &Searched::max_writers, Shown::where_rows_differ},
                            {"on", where(&TrialRecord::file_system), Shown::where_rows_differ},
                            {"SQLite", where(sqlite_of), Shown::where_rows_differ},
                            {"host", where(&TrialRecord::host), Shown::where_rows_differ},
                            {"writer", where(&TrialRecord::writer), Shown::where_rows_differ},
                            {"note", note_on, Shown::where_any}});
    if (table.empty()) {
        return "";
    }
    std::string text =
        table +
        "\nhalf lock at, 1 in 20 at: writers at which so many trials are locked, with a 95 % "
        "interval "
        "(model). first lock: fewest\nwriters seen to be locked. clean: most writers, below those, "
        "of whom none ever was, and in how many trials. headroom:\nlongest wait / timeout, seen at "
        "10/100/1000 writers; 0.01 is far from a lock, 0.9 at its edge. timeout needed: by\n"
        "10/100/1000 writers, to be locked in no more than one trial of twenty (model).\n\n";
    for (const Searched& search : searches_of(runs)) {
        text += printable(answer_in_words(search)) + "\n";
    }
    return text;
}

std::string case_table(const std::vector<RunResults>& runs)
{
    std::vector<TrialRecord> trials;
    for (const RunResults& run : runs) {
        std::copy_if(run.trials.begin(), run.trials.end(), std::back_inserter(trials),
                     [](const TrialRecord& trial) { return trial.search.empty(); });
    }
    return table_of(trials, {{"case", &TrialRecord::case_},
                             {"profile", &TrialRecord::profile},
                             {"writers", &TrialRecord::writers},
                             {"acknowledged", &TrialRecord::acknowledged},
                             {"locked", &TrialRecord::locked},
                             {"failed", &TrialRecord::failed, Shown::where_any},
                             {"unknown", &TrialRecord::unknown, Shown::where_any},
                             {"lost", &TrialRecord::lost},
                             {"first locked after ms", first_locked_after},
                             {"p99 wait ms", wait_p99_of},
                             {"skew ms", &TrialRecord::start_skew_ms},
                             {"in flight", &TrialRecord::in_flight_peak},
                             {"reason", reason_in, Shown::where_any},
                             {"on", &TrialRecord::file_system, Shown::where_rows_differ},
                             {"SQLite", sqlite_of, Shown::where_rows_differ},
                             {"host", &TrialRecord::host, Shown::where_rows_differ},
                             {"verdict", [](const TrialRecord& trial) {
                                  return std::string(name_of(trial.verdict)) +
                                         (trial.stopped_early ? ", stopped there" : "");
                              }}});
}

std::string machine_lines(const std::vector<RunResults>& runs)
{
    std::set<std::string> lines;
    for (const RunResults& run : runs) {
        for (const TrialRecord& trial : run.trials) {
            lines.insert(
                printable(fmt::format("{}: {} on {}, {} CPUs, SQLite {} ({}), writer {}",
                                      trial.host, trial.file_system, trial.kernel, trial.cpu_count,
                                      trial.sqlite_version, short_source(trial), trial.writer)));
        }
    }
    std::string text;
    for (const std::string& line : lines) {
        text += line + "\n";
    }
    return text;
}

} // namespace firstlock

#include "helpers/results/request_tables.hpp"

#include "helpers/results/text_table.hpp"
#include "helpers/sqlite/error.hpp"

#include <spdlog/fmt/fmt.h>

#include <cstdint>

namespace firstlock {
namespace {

using nlohmann::ordered_json;

std::string count(const ordered_json& value)
{
    return fmt::format("{:.0f}", value.get<double>());
}

std::string decimal(const ordered_json& value, int digits = 1)
{
    return value.is_null() ? "-" : fmt::format("{:.{}f}", value.get<double>(), digits);
}

std::string percent(double share)
{
    return fmt::format("{:.1f} %", 100 * share);
}

std::string head_of(const ordered_json& run)
{
    const auto pace_ms = run.at("pace_ms").get<std::int64_t>();
    return fmt::format(
        "{}: journal {}, synchronous {}, timeout {} ms, retry {}, transaction where the kind "
        "leaves it open {}\n"
        "{} users for {} ms, {}, {} ms of work between read and write; {} requests intended and "
        "never begun\n",
        run.at("case").get<std::string>(), run.at("journal_mode").get<std::string>(),
        run.at("synchronous").get<std::string>(), run.at("busy_timeout_ms").get<std::int64_t>(),
        run.at("retry").get<std::string>(), run.at("transaction").get<std::string>(),
        run.at("users").get<std::int64_t>(), run.at("duration_ms").get<std::int64_t>(),
        pace_ms > 0 ? fmt::format("a request of each every {} ms", pace_ms)
                    : fmt::format("{} ms of thinking after each request",
                                  run.at("think_ms").get<std::int64_t>()),
        run.at("work_ms").get<std::int64_t>(), run.at("unstarted").get<std::int64_t>());
}

std::string figures_of(const ordered_json& kinds)
{
    TextTable table({"kind", "requests", "failures", "failed", "starved", "half-written", "avg ms",
                     "min ms", "max ms", "median ms", "req/s", "failures/s"});
    for (const ordered_json& kind : kinds) {
        table.add(
            {kind.at("kind"), count(kind.at("requests")), count(kind.at("failures")),
             percent(kind.at("failures").get<double>() / kind.at("requests").get<double>()),
             count(kind.at("starved")), count(kind.at("half_written")), decimal(kind.at("avg_ms")),
             decimal(kind.at("min_ms")), decimal(kind.at("max_ms")), decimal(kind.at("median_ms")),
             decimal(kind.at("requests_per_second")), decimal(kind.at("failures_per_second"))});
    }
    return table.text();
}

std::string percentiles_of(const ordered_json& kinds)
{
    std::vector<std::string> head{"percentiles, ms"};
    for (const auto& [name, value] : kinds.at(0).at("percentiles").items()) {
        head.push_back(name + " %");
    }
    TextTable table(head);
    for (const ordered_json& kind : kinds) {
        std::vector<std::string> row{kind.at("kind")};
        for (const ordered_json& value : kind.at("percentiles")) {
            row.push_back(count(value));
        }
        table.add(row);
    }
    return table.text();
}

std::string errors_of(const ordered_json& kinds)
{
    TextTable table({"error", "kind", "occurrences"});
    for (const ordered_json& kind : kinds) {
        if (kind.at("kind") == "all") {
            continue;
        }
        for (const auto& [code, times] : kind.at("codes").items()) {
            table.add({fmt::format("{} {}", code, code_name(std::stoi(code))), kind.at("kind"),
                       count(times)});
        }
    }
    return table.empty() ? "no errors\n" : table.text();
}

} // namespace

std::string request_tables(const std::vector<ordered_json>& runs)
{
    std::string text;
    for (const ordered_json& run : runs) {
        const ordered_json& kinds = run.at("kinds");
        text += text.empty() ? "" : "\n";
        text += head_of(run);
        if (!kinds.empty()) {
            text += figures_of(kinds) + percentiles_of(kinds) + errors_of(kinds);
        }
    }
    return text;
}

std::string fairness_table(const std::vector<ordered_json>& runs)
{
    TextTable table({"setting", "users", "timeout ms", "served", "refused", "per s", "Jain",
                     "least", "most", "oldest first", "rank by age", "overtaken", "wait p50 ms",
                     "p90", "p99", "max", "asleep", "real/nominal wait"});
    for (const ordered_json& run : runs) {
        const ordered_json& figures = run.at("fairness");
        const ordered_json& wait = figures.at("wait_ms");
        const auto wait_at = [&](const char* name) {
            return wait.is_null() ? std::string("-") : count(wait.at(name));
        };
        table.add({run.at("setting"), count(run.at("users")), count(run.at("busy_timeout_ms")),
                   count(figures.at("served")), count(figures.at("refused")),
                   decimal(figures.at("per_second"), 0), decimal(figures.at("jain"), 3),
                   count(figures.at("share_min")), count(figures.at("share_max")),
                   percent(figures.at("oldest_first_share")), decimal(figures.at("oldest_rank"), 2),
                   count(figures.at("overtaken_max")), wait_at("p50"), wait_at("p90"),
                   wait_at("p99"), wait_at("max"), percent(figures.at("asleep_share")),
                   decimal(figures.at("real_over_nominal_wait"), 2)});
    }
    return table.empty() ? "" : table.text();
}

} // namespace firstlock

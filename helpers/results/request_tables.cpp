#include "helpers/results/line_tables.hpp"

#include "helpers/results/line_cells.hpp"
#include "helpers/results/text_table.hpp"
#include "helpers/sqlite/error.hpp"

#include <nlohmann/json.hpp>
#include <spdlog/fmt/fmt.h>

#include <cstdint>

namespace firstlock {
namespace {

using nlohmann::ordered_json;
using Lines = std::vector<ordered_json>;

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

std::string figures_of(const Lines& kinds)
{
    return table_of(kinds, {{"kind", text_at("/kind")},
                            {"requests", number_at("/requests")},
                            {"failures", number_at("/failures")},
                            {"failed",
                             [](const ordered_json& kind) {
                                 return percent(kind.at("failures").get<double>() /
                                                kind.at("requests").get<double>());
                             }},
                            {"starved", number_at("/starved")},
                            {"half-written", number_at("/half_written")},
                            {"avg ms", number_at("/avg_ms", 1)},
                            {"min ms", number_at("/min_ms", 1)},
                            {"max ms", number_at("/max_ms", 1)},
                            {"median ms", number_at("/median_ms", 1)},
                            {"req/s", number_at("/requests_per_second", 1)},
                            {"failures/s", number_at("/failures_per_second", 1)}});
}

std::string percentiles_of(const Lines& kinds)
{
    std::vector<Column<ordered_json>> columns{{"percentiles, ms", text_at("/kind")}};
    for (const auto& [name, value] : kinds.at(0).at("percentiles").items()) {
        columns.push_back({name + " %", number_at("/percentiles/" + name)});
    }
    return table_of(kinds, columns);
}

std::string errors_of(const Lines& kinds)
{
    Lines errors;
    for (const ordered_json& kind : kinds) {
        if (kind.at("kind") == "all") {
            continue;
        }
        for (const auto& [code, times] : kind.at("codes").items()) {
            errors.push_back({{"error", fmt::format("{} {}", code, code_name(std::stoi(code)))},
                              {"kind", kind.at("kind")},
                              {"times", times}});
        }
    }
    return errors.empty() ? "no errors\n"
                          : table_of(errors, {{"error", text_at("/error")},
                                              {"kind", text_at("/kind")},
                                              {"occurrences", number_at("/times")}});
}

} // namespace

std::string request_tables(const Lines& runs)
{
    std::string text;
    for (const ordered_json& run : runs) {
        const auto kinds = run.at("kinds").get<Lines>();
        text += text.empty() ? "" : "\n";
        text += head_of(run);
        if (!kinds.empty()) {
            text += figures_of(kinds) + percentiles_of(kinds) + errors_of(kinds);
        }
    }
    return text;
}

std::string fairness_table(const Lines& runs)
{
    return table_of(runs,
                    {{"setting", text_at("/setting")},
                     {"users", number_at("/users")},
                     {"timeout ms", number_at("/busy_timeout_ms")},
                     {"served", number_at("/fairness/served")},
                     {"refused", number_at("/fairness/refused")},
                     {"per s", number_at("/fairness/per_second")},
                     {"Jain", number_at("/fairness/jain", 3)},
                     {"least", number_at("/fairness/share_min")},
                     {"most", number_at("/fairness/share_max")},
                     {"oldest first", percent_at("/fairness/oldest_first_share")},
                     {"rank by age", number_at("/fairness/oldest_rank", 2)},
                     {"overtaken", number_at("/fairness/overtaken_max")},
                     {"wait p50 ms", number_at("/fairness/wait_ms/p50")},
                     {"p90", number_at("/fairness/wait_ms/p90")},
                     {"p99", number_at("/fairness/wait_ms/p99")},
                     {"max", number_at("/fairness/wait_ms/max")},
                     {"asleep", percent_at("/fairness/asleep_share")},
                     {"real/nominal wait", number_at("/fairness/real_over_nominal_wait", 2)}});
}

} // namespace firstlock

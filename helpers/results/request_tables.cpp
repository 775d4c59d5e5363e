#include "helpers/results/line_tables.hpp"

#include "helpers/results/line_cells.hpp"
#include "helpers/results/text_table.hpp"
#include "helpers/sqlite/error.hpp"

#include <spdlog/fmt/fmt.h>

#include <charconv>
#include <cstdint>
#include <map>
#include <system_error>

namespace firstlock {
namespace {

using nlohmann::ordered_json;
using Lines = std::vector<ordered_json>;

std::string head_of(const ordered_json& run)
{
    const auto text = [&](const char* pointer) {
        return printable(value_at<std::string>(run, pointer));
    };
    const auto number = [&](const char* pointer) { return value_at<std::int64_t>(run, pointer); };
    const auto pace_ms = number("/pace_ms");
    return fmt::format(
        "{}: journal {}, synchronous {}, timeout {} ms, retry {}, transaction where the kind "
        "leaves it open {}\n"
        "{} users for {} ms, {}, {} ms of work between read and write; {} requests intended and "
        "never begun\n",
        text("/case"), text("/journal_mode"), text("/synchronous"), number("/busy_timeout_ms"),
        text("/retry"), text("/transaction"), number("/users"), number("/duration_ms"),
        pace_ms > 0 ? fmt::format("a request of each every {} ms", pace_ms)
                    : fmt::format("{} ms of thinking after each request", number("/think_ms")),
        number("/work_ms"), number("/unstarted"));
}

std::string figures_of(const Lines& kinds)
{
    return table_of(kinds, {{"kind", text_at("/kind")},
                            {"requests", number_at("/requests")},
                            {"failures", number_at("/failures")},
                            {"failed",
                             [](const ordered_json& kind) {
                                 const auto requests = value_at<double>(kind, "/requests");
                                 return requests > 0 ? percent(value_at<double>(kind, "/failures") /
                                                               requests)
                                                     : "-";
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
    const ordered_json::json_pointer place("/percentiles");
    const auto percentiles = value_at<ordered_json>(kinds.at(0), "/percentiles");
    for (const auto& [name, value] : percentiles.items()) {
        columns.push_back({name + " %", number_at((place / name).to_string())});
    }
    return table_of(kinds, columns);
}

int code_from(const std::string& key)
{
    int code = 0;
    const char* const end = key.data() + key.size();
    if (const auto read = std::from_chars(key.data(), end, code);
        read.ec != std::errc() || read.ptr != end) {
        throw JsonError("in 'codes': there is the key '" + printable(key) +
                        "'; accepted: extended result codes of SQLite, as numbers");
    }
    return code;
}

/// How often a kind of request was refused with one code.
struct Refused {
    std::string error, kind;
    std::uint64_t times;
};

std::string errors_of(const Lines& kinds)
{
    std::vector<Refused> errors;
    for (const ordered_json& line : kinds) {
        const auto kind = value_at<std::string>(line, "/kind");
        if (kind == "all") {
            continue;
        }
        for (const auto& [code, times] :
             value_at<std::map<std::string, std::uint64_t>>(line, "/codes")) {
            errors.push_back({code + " " + code_name(code_from(code)), kind, times});
        }
    }
    return errors.empty() ? "no errors\n"
                          : table_of<Refused>(errors, {{"error", &Refused::error},
                                                       {"kind", &Refused::kind},
                                                       {"occurrences", &Refused::times}});
}

} // namespace

std::function<void(const ordered_json&)> check_by(LineTable table)
{
    return [table](const ordered_json& line) { table({line}); };
}

std::string request_tables(const Lines& runs)
{
    std::string text;
    for (const ordered_json& run : runs) {
        const auto kinds = value_at<Lines>(run, "/kinds");
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

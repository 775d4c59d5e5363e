#include "helpers/results/line_tables.hpp"

#include "helpers/described/task.hpp"
#include "helpers/results/line_cells.hpp"
#include "helpers/results/text_table.hpp"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <utility>

namespace firstlock {
namespace {

using nlohmann::ordered_json;
using Cells = std::vector<ordered_json>;
using Columns = std::vector<Column<ordered_json>>;

/// What system A's author printed, failures and rate; only these cells.
const std::map<std::string, std::pair<int, int>>& original_a()
{
    static const std::map<std::string, std::pair<int, int>> failures_and_rate{
        {"control, no db/100", {0, 126'303}},
        {"5000 ms/100", {0, 169}},
        {"5000 ms/500", {0, 67}},
        {"5000 ms/1000", {66, 58}},
        {"1000 ms/100", {0, 168}},
        {"1000 ms/1000", {101, 48}},
        {"0 ms/100", {471, 217}},
        {"0 ms/1000", {229, 121}},
    };
    return failures_and_rate;
}

LineCell original_at(int std::pair<int, int>::*figure)
{
    return [figure](const ordered_json& cell) {
        const auto found =
            original_a().find(text_at("/name")(cell) + "/" + number_at("/load/clients")(cell));
        return found == original_a().end() ? "-" : std::to_string(found->second.*figure);
    };
}

std::uint64_t count_of(const ordered_json& figures, const char* status)
{
    const auto statuses = value_at<std::map<std::string, std::uint64_t>>(figures, "/statuses");
    const auto found = statuses.find(status);
    return found == statuses.end() ? 0 : found->second;
}

/// Of all requests of a cell.
LineCell status(const char* code)
{
    return [code](const ordered_json& cell) {
        return std::to_string(count_of(value_at<ordered_json>(cell, "/load/all"), code));
    };
}

/// All answers but 200.
std::string failures(const ordered_json& figures)
{
    const auto answered = value_at<std::uint64_t>(figures, "/answered");
    const auto served = count_of(figures, "200");
    check_value(served <= answered, "statuses/200", served,
                "up to what was answered, " + std::to_string(answered));
    return std::to_string(answered - served);
}

/// "500/5: 17, 503/0: 2"
std::string refusals(const ordered_json& figures)
{
    std::string text;
    for (const ordered_json& each : value_at<Cells>(figures, "/refusals")) {
        text += fmt::format("{}{}/{}: {}", text.empty() ? "" : ", ", value_at<int>(each, "/status"),
                            value_at<int>(each, "/code"), value_at<std::uint64_t>(each, "/count"));
    }
    return text.empty() ? "-" : text;
}

Columns columns_a()
{
    const auto all = [](std::string (*figure)(const ordered_json&)) {
        return [figure](const ordered_json& cell) {
            return figure(value_at<ordered_json>(cell, "/load/all"));
        };
    };
    return {{"timeout", text_at("/name")},
            {"clients", number_at("/load/clients")},
            {"failures", all(failures)},
            {"req/s", number_at("/load/requests_per_second")},
            {"author's failures", original_at(&std::pair<int, int>::first)},
            {"author's req/s", original_at(&std::pair<int, int>::second)},
            {"served after stop", number_at("/load/answered_after_stop")},
            {"last after ms", number_at("/load/last_answer_after_stop_ms")},
            {"unanswered", number_at("/load/all/unanswered")},
            {"p50 ms", number_at("/load/all/latency_ms/p50")},
            {"p99 ms", number_at("/load/all/latency_ms/p99")},
            {"status/code", all(refusals)}};
}

/// As the load tool of systems B and E prints it: a row for each endpoint, and one for all of them.
/// Counts and times include what was answered after the stop; the rates do not.
std::string tables_per_endpoint(const Cells& cells)
{
    Cells endpoints;
    for (const ordered_json& cell : cells) {
        const auto add = [&](ordered_json figures) {
            figures["name"] = text_at("/name")(cell) + ": " + text_at("/endpoint")(figures);
            endpoints.push_back(std::move(figures));
        };
        if (const auto each = value_at<Cells>(cell, "/load/endpoints"); each.size() > 1) {
            std::for_each(each.begin(), each.end(), add);
        }
        add(value_at<ordered_json>(cell, "/load/all"));
    }
    Columns percentiles{{"ms", text_at("/name")}};
    for (const std::string percent :
         {"50", "66", "75", "80", "90", "95", "98", "99", "99.9", "99.99", "100"}) {
        percentiles.push_back({percent + "%", number_at("/latency_ms/p" + percent)});
    }
    return table_of(endpoints, {{"name", text_at("/name")},
                                {"# reqs", number_at("/answered")},
                                {"# fails", failures},
                                {"avg", number_at("/latency_ms/mean")},
                                {"min", number_at("/latency_ms/min")},
                                {"max", number_at("/latency_ms/max")},
                                {"med", number_at("/latency_ms/p50")},
                                {"req/s", number_at("/requests_per_second", 2)},
                                {"failures/s", number_at("/failures_per_second", 2)},
                                {"status/code", refusals}}) +
           "\n" + table_of(endpoints, percentiles);
}

/// Of the companions in that mode, or of all: "5 + 6"; "-" where there were none.
LineCell companions(const char* figure, const std::string& mode = "")
{
    return [=](const ordered_json& cell) {
        std::string text;
        for (const ordered_json& companion : value_at<Cells>(cell, "/companions")) {
            if (mode.empty() || value_at<std::string>(companion, "/mode") == mode) {
                text += (text.empty() ? "" : " + ") +
                        std::to_string(value_at<std::uint64_t>(companion, figure));
            }
        }
        return text.empty() ? "-" : text;
    };
}

Columns columns_c()
{
    return {{"knobs", text_at("/name")},
            {"http ok", status("200")},
            {"http 500", status("500")},
            {"half-written", number_at("/account/half_written_requests")},
            {"of them rows", number_at("/account/half_written")},
            {"http p95 ms", number_at("/load/all/latency_ms/p95")},
            {"script ok", companions("/done", "script")},
            {"script locked", companions("/locked", "script")},
            {"reader ok", companions("/done", "reader")},
            {"reader locked", companions("/locked", "reader")},
            {"rows stored", number_at("/account/stored")}};
}

/// A's helper beside the server, and ways to come by a connection.
Columns columns_of_questions()
{
    return {{"case", text_at("/name")},
            {"clients", number_at("/load/clients")},
            {"200", status("200")},
            {"500", status("500")},
            {"503", status("503")},
            {"req/s", number_at("/load/requests_per_second")},
            {"p99 ms", number_at("/load/all/latency_ms/p99")},
            {"helper ok", companions("/done")},
            {"helper locked", companions("/locked")},
            {"pruned", number_at("/account/pruned")},
            {"rows stored", number_at("/account/stored")}};
}

} // namespace

std::string web_tables(const Cells& cells)
{
    const auto with = [](const Columns& columns) {
        return [columns](const Cells& chosen) { return table_of(chosen, columns); };
    };
    struct System {
        std::string name, title;
        std::function<std::string(const Cells&)> table;
    };
    const std::vector<System> systems{
        {"A", "System A, one row for each request", with(columns_a())},
        {"A?", "System A's questions", with(columns_of_questions())},
        {"B", "System B, create_user", tables_per_endpoint},
        {"C", "System C, a site and a script on one database", with(columns_c())},
        {"E", "System E, seven kinds of request", tables_per_endpoint}};
    std::map<std::string, Cells> by_system;
    for (const ordered_json& cell : cells) {
        by_system[value_at<std::string>(cell, "/system")].push_back(cell);
    }
    for (const auto& [name, chosen] : by_system) {
        check_value(std::any_of(systems.begin(), systems.end(),
                                [&name = name](const System& each) { return each.name == name; }),
                    "system", name, "A, A?, B, C, E");
    }
    std::string text;
    for (const System& system : systems) {
        if (const Cells& chosen = by_system[system.name]; !chosen.empty()) {
            text += (text.empty() ? "" : "\n") + system.title + ":\n" + system.table(chosen);
        }
    }
    return text;
}

} // namespace firstlock

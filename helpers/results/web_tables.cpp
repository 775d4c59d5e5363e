#include "helpers/results/line_tables.hpp"

#include "helpers/results/line_cells.hpp"
#include "helpers/results/text_table.hpp"

#include <nlohmann/json.hpp>
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
    return figures.at("statuses").value(status, std::uint64_t{0});
}

/// Of all requests of a cell.
LineCell status(const char* code)
{
    return [code](const ordered_json& cell) {
        return std::to_string(count_of(cell.at("load").at("all"), code));
    };
}

/// All answers but 200.
std::string failures(const ordered_json& figures)
{
    return std::to_string(figures.at("answered").get<std::uint64_t>() - count_of(figures, "200"));
}

/// "500/5: 17, 503/0: 2"
std::string refusals(const ordered_json& figures)
{
    std::string text;
    for (const ordered_json& each : figures.at("refusals")) {
        text += fmt::format("{}{}/{}: {}", text.empty() ? "" : ", ", each.at("status").get<int>(),
                            each.at("code").get<int>(), each.at("count").get<std::uint64_t>());
    }
    return text.empty() ? "-" : text;
}

Columns columns_a()
{
    const auto all = [](std::string (*figure)(const ordered_json&)) {
        return [figure](const ordered_json& cell) { return figure(cell.at("load").at("all")); };
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
        const ordered_json& load = cell.at("load");
        if (load.at("endpoints").size() > 1) {
            for (const ordered_json& endpoint : load.at("endpoints")) {
                add(endpoint);
            }
        }
        add(load.at("all"));
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
        for (const ordered_json& companion : cell.at("companions")) {
            if (mode.empty() || companion.at("mode") == mode) {
                text += (text.empty() ? "" : " + ") +
                        std::to_string(companion.at(figure).get<std::uint64_t>());
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
            {"script ok", companions("done", "script")},
            {"script locked", companions("locked", "script")},
            {"reader ok", companions("done", "reader")},
            {"reader locked", companions("locked", "reader")},
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
            {"helper ok", companions("done")},
            {"helper locked", companions("locked")},
            {"pruned", number_at("/account/pruned")},
            {"rows stored", number_at("/account/stored")}};
}

} // namespace

std::string web_tables(const Cells& cells)
{
    std::string text;
    const auto add = [&](const std::string& system, const std::string& title, const auto& table) {
        Cells chosen;
        std::copy_if(cells.begin(), cells.end(), std::back_inserter(chosen),
                     [&](const ordered_json& cell) { return cell.at("system") == system; });
        if (!chosen.empty()) {
            text += (text.empty() ? "" : "\n") + title + ":\n" + table(chosen);
        }
    };
    const auto with = [](const Columns& columns) {
        return [columns](const Cells& chosen) { return table_of(chosen, columns); };
    };
    add("A", "System A, one row for each request", with(columns_a()));
    add("A?", "System A's questions", with(columns_of_questions()));
    add("B", "System B, create_user", tables_per_endpoint);
    add("C", "System C, a site and a script on one database", with(columns_c()));
    add("E", "System E, seven kinds of request", tables_per_endpoint);
    return text;
}

} // namespace firstlock

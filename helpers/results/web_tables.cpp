#include "helpers/results/web_tables.hpp"

#include "helpers/results/text_table.hpp"

#include <spdlog/fmt/fmt.h>

#include <map>
#include <utility>

namespace firstlock {
namespace {

using nlohmann::ordered_json;
using Cells = std::vector<ordered_json>;

/// What system A's author printed; only these cells.
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

std::string whole(const ordered_json& number)
{
    return fmt::format("{:.0f}", number.get<double>());
}

std::uint64_t statuses(const ordered_json& figures, const char* code)
{
    return figures["statuses"].value(code, std::uint64_t{0});
}

std::uint64_t failures(const ordered_json& figures)
{
    return figures["answered"].get<std::uint64_t>() - statuses(figures, "200");
}

/// "500/5: 17, 503/0: 2"
std::string refusals(const ordered_json& figures)
{
    std::string text;
    for (const ordered_json& each : figures["refusals"]) {
        text += fmt::format("{}{}/{}: {}", text.empty() ? "" : ", ", each["status"].get<int>(),
                            each["code"].get<int>(), each["count"].get<std::uint64_t>());
    }
    return text.empty() ? "-" : text;
}

Cells of_system(const Cells& cells, const std::string& system)
{
    Cells chosen;
    for (const ordered_json& cell : cells) {
        if (cell["system"] == system) {
            chosen.push_back(cell);
        }
    }
    return chosen;
}

std::string table_a(const Cells& cells)
{
    TextTable table({"timeout", "clients", "failures", "req/s", "author's failures",
                     "author's req/s", "served after stop", "last after ms", "unanswered", "p50 ms",
                     "p99 ms", "status/code"});
    for (const ordered_json& cell : cells) {
        const ordered_json& load = cell["load"];
        const ordered_json& all = load["all"];
        const auto name = cell["name"].get<std::string>();
        const auto original = original_a().find(name + "/" + whole(load["clients"]));
        const bool known = original != original_a().end();
        table.add({name, whole(load["clients"]), std::to_string(failures(all)),
                   whole(load["requests_per_second"]),
                   known ? std::to_string(original->second.first) : "-",
                   known ? std::to_string(original->second.second) : "-",
                   whole(load["answered_after_stop"]), whole(load["last_answer_after_stop_ms"]),
                   whole(all["unanswered"]), whole(all["latency_ms"]["p50"]),
                   whole(all["latency_ms"]["p99"]), refusals(all)});
    }
    return "System A, one row for each request:\n" + table.text();
}

void add_endpoint(TextTable& requests, TextTable& percentiles, const ordered_json& cell,
                  const ordered_json& figures)
{
    const ordered_json& latency = figures["latency_ms"];
    const auto rate = [&](const char* key) { // results from before these keys have no such rate
        return figures.contains(key) ? fmt::format("{:.2f}", figures[key].get<double>()) : "-";
    };
    const std::string name =
        cell["name"].get<std::string>() + ": " + figures["endpoint"].get<std::string>();
    const auto answered = figures["answered"].get<std::uint64_t>();
    requests.add({name, std::to_string(answered), std::to_string(failures(figures)),
                  whole(latency["mean"]), whole(latency["min"]), whole(latency["max"]),
                  whole(latency["p50"]), rate("requests_per_second"), rate("failures_per_second"),
                  refusals(figures)});
    std::vector<std::string> row{name};
    for (const char* const percent :
         {"p50", "p66", "p75", "p80", "p90", "p95", "p98", "p99", "p99.9", "p99.99", "p100"}) {
        row.push_back(whole(latency[percent]));
    }
    percentiles.add(std::move(row));
}

/// As the load tool of systems B and E prints it: a row for each endpoint, and one for all of them.
/// Counts and times include what was answered after the stop; the rates do not.
std::string table_per_endpoint(const std::string& title, const Cells& cells)
{
    TextTable requests({"name", "# reqs", "# fails", "avg", "min", "max", "med", "req/s",
                        "failures/s", "status/code"});
    TextTable percentiles(
        {"ms", "50%", "66%", "75%", "80%", "90%", "95%", "98%", "99%", "99.9%", "99.99%", "100%"});
    for (const ordered_json& cell : cells) {
        const ordered_json& load = cell["load"];
        if (load["endpoints"].size() > 1) {
            for (const ordered_json& endpoint : load["endpoints"]) {
                add_endpoint(requests, percentiles, cell, endpoint);
            }
        }
        add_endpoint(requests, percentiles, cell, load["all"]);
    }
    return title + requests.text() + "\n" + percentiles.text();
}

std::string table_c(const Cells& cells)
{
    TextTable table({"knobs", "http ok", "http 500", "half-written", "of them rows", "http p95 ms",
                     "script ok", "script locked", "reader ok", "reader locked", "rows stored"});
    for (const ordered_json& cell : cells) {
        const ordered_json& all = cell["load"]["all"];
        std::map<std::string, ordered_json> beside;
        for (const ordered_json& companion : cell["companions"]) {
            beside[companion["mode"].get<std::string>()] = companion;
        }
        const auto figure = [&](const std::string& mode, const char* key) {
            return beside.contains(mode) ? whole(beside[mode][key]) : std::string("-");
        };
        table.add({cell["name"].get<std::string>(), std::to_string(statuses(all, "200")),
                   std::to_string(statuses(all, "500")),
                   whole(cell["account"]["half_written_requests"]),
                   whole(cell["account"]["half_written"]), whole(all["latency_ms"]["p95"]),
                   figure("script", "done"), figure("script", "locked"), figure("reader", "done"),
                   figure("reader", "locked"), whole(cell["account"]["stored"])});
    }
    return "System C, a site and a script on one database:\n" + table.text();
}

/// A's helper beside the server, and ways to come by a connection.
std::string table_of_questions(const Cells& cells)
{
    TextTable table({"case", "clients", "200", "500", "503", "req/s", "p99 ms", "helper ok",
                     "helper locked", "pruned", "rows stored"});
    for (const ordered_json& cell : cells) {
        const ordered_json& all = cell["load"]["all"];
        std::string ok = "-";
        std::string locked = "-";
        if (!cell["companions"].empty()) {
            ok.clear();
            locked.clear();
        }
        for (const ordered_json& companion : cell["companions"]) {
            ok += (ok.empty() ? "" : " + ") + whole(companion["done"]);
            locked += (locked.empty() ? "" : " + ") + whole(companion["locked"]);
        }
        table.add({cell["name"].get<std::string>(), whole(cell["load"]["clients"]),
                   std::to_string(statuses(all, "200")), std::to_string(statuses(all, "500")),
                   std::to_string(statuses(all, "503")), whole(cell["load"]["requests_per_second"]),
                   whole(all["latency_ms"]["p99"]), ok, locked, whole(cell["account"]["pruned"]),
                   whole(cell["account"]["stored"])});
    }
    return "System A's questions:\n" + table.text();
}

} // namespace

std::string web_tables(const std::vector<ordered_json>& cells)
{
    std::string text;
    const auto add = [&](const std::string& system, const auto& table) {
        if (const Cells chosen = of_system(cells, system); !chosen.empty()) {
            text += (text.empty() ? "" : "\n") + table(chosen);
        }
    };
    add("A", table_a);
    add("A?", table_of_questions);
    add("B",
        [](const Cells& chosen) { return table_per_endpoint("System B, create_user:\n", chosen); });
    add("C", table_c);
    add("E", [](const Cells& chosen) {
        return table_per_endpoint("System E, seven kinds of request:\n", chosen);
    });
    return text;
}

} // namespace firstlock

// firstlock-load: puts a web server under load, and prints what came of it as one JSON object on
// stdout. With
// --outcomes it leaves behind what the table has to hold because of it. Exit status 0, whatever the
// server did; 1 when not one client could connect or a file could not be written; 105 and above for
// a wrong call (CLI11's own).
#include "helpers/web/load.hpp"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <sys/resource.h>

#include <csignal>
#include <iostream>

namespace {

using namespace firstlock::web;
using nlohmann::ordered_json;

constexpr std::array<double, 12> percents{50, 66, 75, 80, 90, 95, 98, 99, 99.9, 99.99, 99.999, 100};

ordered_json latency_json(const Histogram& latency)
{
    ordered_json json{
        {"min", latency.min_ms()}, {"mean", latency.mean_ms()}, {"max", latency.max_ms()}};
    for (const double percent : percents) {
        std::string name = std::to_string(percent);
        name.erase(name.find_last_not_of('0') + 1);
        json["p" + name.substr(0, name.find_last_not_of('.') + 1)] = latency.percentile_ms(percent);
    }
    return json;
}

double per_second(std::uint64_t count, double duration_s)
{
    return static_cast<double>(count) / std::max(duration_s, 1e-9);
}

ordered_json endpoint_json(std::string_view name, const EndpointFigures& figures, double duration_s)
{
    ordered_json json{{"endpoint", name},
                      {"sent", figures.sent},
                      {"answered", figures.answered()},
                      {"unanswered", figures.unanswered},
                      {"requests_per_second", per_second(figures.answered_before_stop, duration_s)},
                      {"failures_per_second", per_second(figures.failed_before_stop, duration_s)}};
    json["statuses"] = ordered_json::object();
    for (const auto& [status, count] : figures.statuses) {
        json["statuses"][std::to_string(status)] = count;
    }
    json["refusals"] = ordered_json::array();
    for (const auto& [refusal, count] : figures.refusals) {
        json["refusals"].push_back(
            {{"status", refusal.first}, {"code", refusal.second}, {"count", count}});
    }
    json["latency_ms"] = latency_json(figures.latency);
    return json;
}

ordered_json to_json(const LoadFigures& figures, const LoadSettings& settings)
{
    EndpointFigures all;
    ordered_json endpoints = ordered_json::array();
    for (const auto& [endpoint, each] : figures.endpoints) {
        endpoints.push_back(endpoint_json(name_of(endpoint), each, figures.duration_s));
        all.add(each);
    }
    return {{"clients", settings.clients},
            {"connected", figures.connected},
            {"reconnections", figures.reconnections},
            {"rate", settings.rate},
            {"duration_s", figures.duration_s},
            {"requests_per_second", per_second(all.answered_before_stop, figures.duration_s)},
            {"answered_before_stop", all.answered_before_stop},
            {"answered_after_stop", figures.answered_after_stop},
            {"last_answer_after_stop_ms", figures.last_answer_after_stop_ms},
            {"unsent", figures.unsent},
            {"all", endpoint_json("Aggregated", all, figures.duration_s)},
            {"endpoints", endpoints}};
}

Endpoint parse_endpoint(const std::string& name)
{
    const auto endpoint = endpoint_named(name);
    if (!endpoint) {
        std::string known;
        for (std::size_t index = 0; index < endpoint_count; ++index) {
            known +=
                (known.empty() ? "" : ", ") + std::string(name_of(static_cast<Endpoint>(index)));
        }
        throw CLI::ValidationError("--endpoint",
                                   "there is no endpoint '" + name + "'; known: " + known);
    }
    return *endpoint;
}

void add_options(CLI::App& app, LoadSettings& settings, std::string& outcomes)
{
    const auto add_ms = [&app](const std::string& name, std::chrono::milliseconds& target,
                               const std::string& description) {
        app.add_option_function<std::int64_t>(
               name, [&target](std::int64_t value) { target = std::chrono::milliseconds(value); },
               description)
            ->check(CLI::Range(std::int64_t{0}, std::int64_t{3'600'000}))
            ->default_str(std::to_string(target.count()));
    };
    app.add_option("--address", settings.address, "of the server");
    app.add_option("--port", settings.port, "of the server")->required();
    app.add_option("--clients", settings.clients, "keep-alive connections")
        ->check(CLI::Range(1, 20'000));
    add_ms("--connect-ms", settings.connect, "wait for all connections before it");
    add_ms("--duration-ms", settings.duration, "of the load");
    add_ms("--drain-ms", settings.drain, "wait for answers after it");
    app.add_option("--rate", settings.rate, "requests a second in all, 0 for a closed loop")
        ->check(CLI::Range(0.0, 1e6));
    add_ms("--think-ms", settings.think, "pause of each client between answer and next request");
    app.add_option_function<std::vector<std::string>>(
           "--endpoint",
           [&settings](const std::vector<std::string>& names) {
               settings.endpoints.clear();
               for (const std::string& name : names) {
                   settings.endpoints.push_back(parse_endpoint(name));
               }
           },
           "one or several, from which each request draws")
        ->default_str("insert");
    app.add_option("--num", settings.num, "rows of an insert_many")
        ->check(CLI::Range(1U, rows_most));
    app.add_flag("--atomic-requests", settings.atomic_requests,
                 "the server has it too: no row of a refused request may remain");
    app.add_option("--sender", settings.sender, "number in the texts of the rows, and random seed");
    app.add_option("--outcomes", outcomes, "file for what became of each request that writes");
}

int run(int argc, char** argv)
{
    LoadSettings settings;
    std::string outcomes;
    CLI::App app{"Load client of firstlock. Prints one JSON object."};
    app.option_defaults()->always_capture_default();
    add_options(app, settings, outcomes);
    CLI11_PARSE(app, argc, argv);
    ::signal(SIGPIPE, SIG_IGN);
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur =
        limit.rlim_max; // each client is a descriptor, and the usual soft limit is 1024
    ::setrlimit(RLIMIT_NOFILE, &limit);
    const LoadFigures figures = run_load(settings);
    if (!outcomes.empty()) {
        write_outcomes(outcomes, figures.outcomes);
    }
    std::cout << to_json(figures, settings).dump() << std::endl;
    if (figures.connected == 0) {
        std::cerr << "firstlock-load: no client could connect: " << figures.connect_error << "\n";
        return 1;
    }
    return 0;
}

} // namespace

int main(int argc, char** argv)
{
    try {
        return run(argc, argv);
    } catch (const std::exception& error) {
        std::cerr << "firstlock-load: " << error.what() << "\n";
        return 1;
    }
}

// firstlock-report: prints what one or several results folders hold. Exit status 0; 1 when a folder
// holds no results or a line of it cannot be read; 105 and above for a wrong call (CLI11's own).
#include "helpers/results/request_tables.hpp"
#include "helpers/results/results_folder.hpp"
#include "helpers/results/tables.hpp"
#include "helpers/results/web_tables.hpp"

#include <CLI/CLI.hpp>

#include <exception>
#include <filesystem>
#include <iostream>

namespace {

using namespace firstlock;

/// What the cases about web sites have recorded, of all folders.
std::vector<nlohmann::ordered_json> web_cells(const std::vector<std::filesystem::path>& folders)
{
    std::vector<nlohmann::ordered_json> cells;
    for (const std::filesystem::path& folder : folders) {
        const auto lines = read_lines(folder / "web.jsonl");
        cells.insert(cells.end(), lines.begin(), lines.end());
    }
    return cells;
}

RunResults read(const std::string& folder)
{
    if (!std::filesystem::is_directory(folder)) {
        throw std::runtime_error("'" + folder +
                                 "' is no directory; accepted: a folder that holds trials.jsonl");
    }
    const ResultsFolder results(folder);
    RunResults run{folder, results.trials(), results.searches()};
    if (run.trials.empty() && web_cells({folder}).empty()) {
        throw std::runtime_error("'" + folder +
                                 "' holds no trials; accepted: a folder with a trials.jsonl "
                                 "that a run of firstlock has written");
    }
    return run;
}

/// What the cases about transactions have recorded, of all folders.
std::string requests_of(const std::vector<std::string>& folders)
{
    std::vector<nlohmann::ordered_json> requests;
    std::vector<nlohmann::ordered_json> fairness;
    for (const std::filesystem::path folder : folders) {
        for (const auto& line : read_lines(folder / "requests.jsonl")) {
            requests.push_back(line);
        }
        for (const auto& line : read_lines(folder / "fairness.jsonl")) {
            fairness.push_back(line);
        }
    }
    if (requests.empty() && fairness.empty()) {
        throw std::runtime_error(
            "no requests.jsonl and no fairness.jsonl there; accepted: a results "
            "folder that the preset transactions has written");
    }
    return request_tables(requests) + (requests.empty() || fairness.empty() ? "" : "\n") +
           fairness_table(fairness);
}

int run(int argc, char** argv)
{
    CLI::App app{
        "Prints the results of firstlock: what each profile holds, and how each case ended.\n"
        "Several folders (of other machines, file systems, SQLite builds) are listed together."};
    std::vector<std::string> folders;
    bool cases_only = false;
    bool first_locks_only = false;
    app.add_option("folder", folders, "results folder, such as build/results")->required();
    auto* const first =
        app.add_flag("--first-locks", first_locks_only, "the table of first locks alone");
    app.add_flag("--cases", cases_only, "the table of cases alone")->excludes(first);
    bool requests_only = false;
    app.add_flag(
        "--requests", requests_only,
        "the tables of requests by kind and of fairness, from the cases about transactions");
    CLI11_PARSE(app, argc, argv);
    if (requests_only) {
        std::cout << requests_of(folders);
        return 0;
    }
    std::vector<RunResults> runs;
    runs.reserve(folders.size());
    for (const std::string& folder : folders) {
        runs.push_back(read(folder));
    }
    const std::string cases = first_locks_only ? "" : case_table(runs);
    const std::string first_locks = cases_only ? "" : first_lock_table(runs);
    const std::string web = first_locks_only || cases_only
                                ? ""
                                : web_tables(web_cells({folders.begin(), folders.end()}));
    std::cout << cases << (cases.empty() || first_locks.empty() ? "" : "\n") << first_locks << "\n"
              << machine_lines(runs) << (web.empty() ? "" : "\n") << web;
    return 0;
}

} // namespace

int main(int argc, char** argv)
{
    try {
        return run(argc, argv);
    } catch (const std::exception& error) {
        std::cerr << "firstlock-report: " << error.what() << "\n";
        return 1;
    }
}

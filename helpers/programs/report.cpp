// firstlock-report: prints what one or several results folders hold. Exit status 0; 1 when a folder
// holds no results or a line of it cannot be read; 105 and above for a wrong call (CLI11's own).
#include "helpers/described/printable.hpp"
#include "helpers/results/line_tables.hpp"
#include "helpers/results/recorded_files.hpp"
#include "helpers/results/results_folder.hpp"
#include "helpers/results/tables.hpp"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <exception>
#include <filesystem>
#include <initializer_list>
#include <iostream>
#include <string>
#include <vector>

namespace {

using namespace firstlock;

using Folders = std::vector<std::string>;

/// The lines of the files of that name in all folders.
std::vector<nlohmann::ordered_json> lines_of(const Folders& folders, const std::string& name,
                                             LineTable table)
{
    std::vector<nlohmann::ordered_json> lines;
    for (const std::filesystem::path folder : folders) {
        const auto more = read_lines(folder / name, check_by(table));
        lines.insert(lines.end(), more.begin(), more.end());
    }
    return lines;
}

RunResults read(const std::string& folder)
{
    if (!std::filesystem::is_directory(folder)) {
        throw std::runtime_error(
            "'" + folder + "' is not a directory; accepted: a folder that holds trials.jsonl");
    }
    const ResultsFolder results(folder);
    RunResults run{folder, results.trials(), results.searches()};
    const std::filesystem::directory_iterator files(folder);
    if (run.trials.empty() && std::none_of(begin(files), end(files), [](const auto& file) {
            return file.path().extension() == ".jsonl"; // web, requests, faults, bench
        })) {
        throw std::runtime_error("'" + folder +
                                 "' holds no trials; accepted: a folder with a trials.jsonl "
                                 "that a run of firstlock has written");
    }
    return run;
}

/// `parts` with an empty line between those that say something.
std::string joined(std::initializer_list<std::string> parts)
{
    std::string text;
    for (const std::string& part : parts) {
        text += (text.empty() || part.empty() ? "" : "\n") + part;
    }
    return text;
}

/// What the cases about transactions have recorded; empty: nothing.
std::string requests_of(const Folders& folders)
{
    return joined({request_tables(lines_of(folders, "requests.jsonl", request_tables)),
                   fairness_table(lines_of(folders, "fairness.jsonl", fairness_table))});
}

int run(int argc, char** argv)
{
    CLI::App app{
        "Prints the results of firstlock: what each profile holds, and how each case ended.\n"
        "Several folders (of other machines, file systems, SQLite builds) are listed together."};
    Folders folders;
    bool cases_only = false;
    bool first_locks_only = false;
    bool requests_only = false;
    app.add_option("folder", folders, "results folder, such as build/results")->required();
    auto* const first =
        app.add_flag("--first-locks", first_locks_only, "print only the table of first locks");
    app.add_flag("--cases", cases_only, "print only the table of cases")->excludes(first);
    app.add_flag("--requests", requests_only,
                 "print only the request and fairness tables (preset transactions)");
    CLI11_PARSE(app, argc, argv);
    const std::string requests = requests_of(folders);
    if (requests_only) {
        if (requests.empty()) {
            throw std::runtime_error("no requests.jsonl and no fairness.jsonl there; accepted: a "
                                     "results folder that the preset transactions has written");
        }
        std::cout << requests;
        return 0;
    }
    std::vector<RunResults> runs;
    runs.reserve(folders.size());
    bool any_trials = false;
    for (const std::string& folder : folders) {
        runs.push_back(read(folder));
        any_trials |= !runs.back().trials.empty();
    }
    std::cout << joined(
        {first_locks_only ? "" : case_table(runs), cases_only ? "" : first_lock_table(runs),
         machine_lines(runs), any_trials ? "" : requests,
         first_locks_only || cases_only ? ""
                                        : web_tables(lines_of(folders, "web.jsonl", web_tables))});
    return 0;
}

} // namespace

int main(int argc, char** argv)
{
    try {
        return run(argc, argv);
    } catch (const std::exception& error) {
        std::cerr << "firstlock-report: " << printable(error.what()) << "\n";
        return 1;
    }
}

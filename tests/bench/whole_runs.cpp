// Goal:   the time of a run is the writers' time, not the suite's; and the suite is faster than the
//         scripts it replaces although its start is simultaneous.
// Method: the main job by ctest against what its trials spent on rows; system D's eight cases in
//         turn with the same in Python (helpers/bench/system_d.py); a clean build by
//         helpers/bench/clean_build, with the slowest file in it.
#include "fixtures/bench/comparison.hpp"
#include "fixtures/run/program_run.hpp"
#include "fixtures/run/settings.hpp"
#include "fixtures/table/fresh_table.hpp"
#include "fixtures/table/matchers.hpp"
#include "helpers/results/results_folder.hpp"

#include <catch2/catch_test_macros.hpp>

#include <cstdlib>
#include <iostream>
#include <sstream>

using namespace firstlock;
using namespace std::chrono_literals;

namespace {

const std::string scripts = FIRSTLOCK_SOURCE_DIRECTORY "/helpers/bench/";

ProgramRun shell(const std::string& line, const std::vector<std::string>& environment,
                 std::chrono::milliseconds most)
{
    return run_program("/bin/sh", {"-c", line}, environment, settings().scaled(most));
}

/// Case by case as in system D (shared words: 5; 50; 250 by two kinds of pool; 50 more onto 250;
/// 10000 and then 100; 250 and 500 with WAL), all under one profile.
double eight_cases_ms(std::size_t in_sequence, FreshTable::Connections connections)
{
    return ms_of([&] {
        for (const std::size_t rows : {5U, 50U, 250U, 250U, 300U, 100U, 250U, 500U}) {
            FreshTable table;
            table.use(profile("recommended"));
            std::size_t expected = rows;
            if (rows == 300) {
                CHECK_THAT(table.insert_in_parallel(example_rows(250)), NothingLost());
                CHECK_THAT(table.insert_in_parallel(example_rows(50)), NothingLost());
            } else {
                if (rows == 100) {
                    table.insert_in_sequence(example_rows(in_sequence), connections);
                    expected += in_sequence;
                }
                CHECK_THAT(table.insert_in_parallel(example_rows(rows)), NothingLost());
            }
            CHECK(table.row_count() == expected);
        }
    });
}

double python_cases_ms(std::size_t in_sequence, const std::string& connections)
{
    const ScratchDirectory directory;
    const ProgramRun run =
        shell("exec python3 '" + scripts + "system_d.py' '" + directory.path().string() + "' " +
                  std::to_string(in_sequence) + " " + connections,
              {}, 10min);
    INFO(run.output);
    REQUIRE(run.status.ok());
    return std::stod(run.output);
}

} // namespace

TEST_CASE("bench.the time of the main job is its writers' time")
{
    if (settings().depth != Depth::deep) {
        SKIP("runs the main job once more; FIRSTLOCK_DEPTH=deep or preset bench");
    }
    const ScratchDirectory directory(build_directory());
    std::vector<double> whole;
    std::vector<double> own;
    for (int round = 0; round < 3; ++round) {
        const auto results = directory.path() / std::to_string(round);
        const double ms = ms_of([&] {
            const ProgramRun run = run_program(
                FIRSTLOCK_CTEST, {"--test-dir", build_directory().string(), "-R", "^parallel[.]"},
                {"FIRSTLOCK_RESULTS=" + results.string(),
                 "FIRSTLOCK_DIR=" + settings().directory.string()},
                settings().scaled(30min));
            INFO(run.output);
            CHECK(run.status.ok());
        });
        double rows_ms = 0;
        for (const TrialRecord& trial : ResultsFolder(results).trials()) {
            rows_ms += trial.span_ms.value_or(0) + trial.sequential_ms.value_or(0);
        }
        REQUIRE(rows_ms > 0);
        whole.push_back(ms);
        own.push_back(rows_ms);
    }
    std::vector<double> share;
    for (std::size_t round = 0; round < whole.size(); ++round) {
        share.push_back(1 - own[round] / whole[round]);
    }
    record_bench(
        {.what = "main job (ctest -R parallel)", .against = "its inserts alone", .unit = "ms"},
        BenchPairs{whole, own});
    record_bench({.what = "the suite's share of it", .against = "", .unit = "", .reach = 0.25},
                 share);
}

TEST_CASE("bench.system D's eight cases take less time than in Python")
{
    if (std::system("command -v python3 >/dev/null") != 0) {
        SKIP("no python3 on this machine");
    }
    const bool deep = settings().depth == Depth::deep;
    const std::size_t in_sequence = deep ? 10'000 : 500;
    const std::string what = "system D's eight cases, " + std::to_string(in_sequence) + " rows ";
    record_bench({.what = what + "over one connection",
                  .against = "python3 multiprocessing",
                  .unit = "ms",
                  .reach = 0.5},
                 measure_in_turn(
                     deep ? 7 : 1,
                     [&] { return eight_cases_ms(in_sequence, FreshTable::Connections::one); },
                     [&] { return python_cases_ms(in_sequence, "one"); }));
    // No reach: nearly all of it is SQLite's checkpoint at each close, in both.
    record_bench(
        {.what = what + "with one each", .against = "python3 multiprocessing", .unit = "ms"},
        measure_in_turn(
            deep ? 3 : 1,
            [&] { return eight_cases_ms(in_sequence, FreshTable::Connections::one_per_insert); },
            [&] { return python_cases_ms(in_sequence, "each"); }));
}

TEST_CASE("bench.no file holds up a clean build")
{
    if (settings().depth != Depth::deep) {
        SKIP("builds the suite anew, minutes; FIRSTLOCK_DEPTH=deep or preset bench");
    }
    const ScratchDirectory directory(build_directory());
    const ProgramRun run =
        shell("exec '" + scripts + "clean_build' '" FIRSTLOCK_SOURCE_DIRECTORY "' '" +
                  directory.path().string() + "/build'",
              {"CCACHE_DISABLE=1"}, 60min);
    INFO(run.output);
    REQUIRE(run.status.ok());
    std::istringstream figures(run.output);
    double whole_s = 0;
    double slowest_s = 0;
    std::string slowest;
    REQUIRE(figures >> whole_s >> slowest_s >> slowest);
    record_bench({.what = slowest + ", the slowest file",
                  .against = "the whole clean build, -j2",
                  .unit = "s",
                  .reach = 0.2},
                 BenchPairs{{slowest_s}, {whole_s}});
}

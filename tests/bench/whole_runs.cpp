// Goal:   the time of a run is the writers' time, not the suite's; and the suite is faster than the
//         scripts it replaces although its start is simultaneous.
// Method: the main job by ctest against what its trials spent on rows; system D's eight cases in
//         turn with the same in Python (system_d.py).
#include "fixtures/bench/comparison.hpp"
#include "fixtures/run/program_run.hpp"
#include "fixtures/run/settings.hpp"
#include "fixtures/table/fresh_table.hpp"
#include "fixtures/table/matchers.hpp"
#include "helpers/results/results_folder.hpp"

#include <catch2/catch_test_macros.hpp>

#include <cstdlib>

using namespace firstlock;
using namespace std::chrono_literals;

namespace {

/// A whole run and, by its own records, what its trials spent on rows.
void run_main_job(const std::filesystem::path& results, BenchPairs& pairs)
{
    pairs.ours.push_back(ms_of([&] {
        const ProgramRun run = run_program(
            FIRSTLOCK_CTEST, {"--test-dir", build_directory().string(), "-R", "^parallel[.]"},
            {"FIRSTLOCK_RESULTS=" + results.string(),
             "FIRSTLOCK_DIR=" + settings().directory.string()},
            settings().scaled(30min));
        INFO(run.output);
        CHECK(run.status.ok());
    }));
    double rows_ms = 0;
    for (const TrialRecord& trial : ResultsFolder(results).trials()) {
        rows_ms += trial.span_ms.value_or(0) + trial.sequential_ms.value_or(0);
    }
    REQUIRE(rows_ms > 0);
    pairs.others.push_back(rows_ms);
}

/// Case by case as in system D (shared words: 5; 50; 250 by two kinds of pool; 50 more onto 250;
/// 10000 and then 100; 250 and 500 with WAL), all under one profile: the crowds of each, and before
/// the one of 100 the rows in sequence.
double eight_cases_ms(std::size_t in_sequence)
{
    const std::vector<std::vector<std::size_t>> cases{{5},       {50},  {250}, {250},
                                                      {250, 50}, {100}, {250}, {500}};
    return ms_of([&] {
        for (const auto& crowds : cases) {
            FreshTable table;
            table.use(profile("recommended"));
            std::size_t expected = crowds.front() == 100 ? in_sequence : 0;
            table.insert_in_sequence(example_rows(expected));
            for (const std::size_t crowd : crowds) {
                CHECK_THAT(table.insert_in_parallel(example_rows(crowd)), NothingLost());
                expected += crowd;
            }
            CHECK(table.row_count() == expected);
        }
    });
}

double python_cases_ms(std::size_t in_sequence)
{
    const ScratchDirectory directory;
    const ProgramRun run =
        run_program("/bin/sh",
                    {"-c", "exec python3 '" FIRSTLOCK_SYSTEM_D "' '" + directory.path().string() +
                               "' " + std::to_string(in_sequence)},
                    {}, settings().scaled(10min));
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
    BenchPairs pairs;
    for (int round = 0; round < 3; ++round) {
        run_main_job(directory.path() / std::to_string(round), pairs);
    }
    // At 4/3 a quarter of the run is the suite's.
    record_bench(
        {.what = "main job (ctest -R parallel)", .against = "its inserts alone", .reach = 4.0 / 3},
        pairs);
}

TEST_CASE("bench.system D's eight cases take less time than in Python")
{
    if (std::system("command -v python3 >/dev/null") != 0) {
        SKIP("no python3 on this machine");
    }
    const bool deep = settings().depth == Depth::deep;
    const std::size_t in_sequence = deep ? 10'000 : 500;
    // Half of the suite's time is the start of 1,705 programs, and half the sleeps of SQLite's busy
    // handler after a simultaneous start, which a fork pool hardly has.
    record_bench({.what = "system D's eight cases, " + std::to_string(in_sequence) + " rows",
                  .against = "python3 multiprocessing",
                  .reach = 1},
                 measure_in_turn(
                     deep ? 7 : 1, [=] { return eight_cases_ms(in_sequence); },
                     [=] { return python_cases_ms(in_sequence); }));
}

// Goal:   5000 writers are live at once on a small machine, and their trial comes to its verdict.
// Method: the private memory of each, from /proc, while all wait at the gate; then a whole trial of
//         the profile `recommended`, on tmpfs where there is one, from the first start to the
//         verdict.
#include "fixtures/bench/comparison.hpp"
#include "fixtures/run/settings.hpp"
#include "fixtures/table/fresh_table.hpp"
#include "fixtures/table/matchers.hpp"

#include <catch2/catch_test_macros.hpp>

#include <fstream>
#include <iostream>

using namespace firstlock;

namespace {

std::size_t crowd_size()
{
    return settings().depth == Depth::deep ? 5000 : 200;
}

/// A directory on tmpfs, else below FIRSTLOCK_DIR.
std::filesystem::path fast_directory()
{
    const std::filesystem::path memory = "/dev/shm";
    return std::filesystem::is_directory(memory) ? memory : settings().directory;
}

double private_mebibytes(pid_t pid)
{
    std::ifstream map("/proc/" + std::to_string(pid) + "/smaps_rollup");
    double kibibytes = 0;
    for (std::string word; map >> word;) {
        if (word == "Private_Clean:" || word == "Private_Dirty:") {
            double value = 0;
            map >> value;
            kibibytes += value;
        }
    }
    return kibibytes / 1024;
}

} // namespace

TEST_CASE("bench.a live writer is small")
{
    const ScratchDirectory directory(fast_directory());
    const Profile& recommended = profile("recommended");
    make_table(directory.path() / "crowd.db", recommended);
    const std::size_t writers = crowd_size();
    WriterPool pool({.writer = own_writer(),
                     .database = directory.path() / "crowd.db",
                     .settings = recommended.settings,
                     .deadlines = deadlines_for(writers, recommended.settings.busy_timeout)},
                    example_rows(writers));
    pool.start();
    REQUIRE(pool.await_ready());
    std::vector<double> each;
    for (const pid_t pid : pool.pids()) {
        each.push_back(private_mebibytes(pid));
    }
    record_bench({.what = "private memory of a writer, " + std::to_string(writers) + " live",
                  .against = "",
                  .unit = "MiB",
                  .reach = 1.5},
                 each);
    CHECK(median(each) > 0);
}

TEST_CASE("bench.a trial of thousands comes to its verdict")
{
    FreshTable table(fast_directory());
    table.use(profile("recommended"));
    const auto rows = example_rows(crowd_size());
    Trial trial;
    const double ms =
        ms_of([&] { trial = table.insert_in_parallel(rows, {.writer = own_writer()}); });
    std::cout << trial.story() << "\n";
    record_bench({.what = std::to_string(rows.size()) +
                          " writers on recommended, start to verdict (" +
                          std::to_string(trial.acknowledged) + " rows acknowledged, " +
                          std::to_string(trial.lost) + " lost)",
                  .against = "",
                  .unit = "ms"},
                 {ms});
    CHECK_THAT(trial, NothingLost());
    CHECK_THAT(trial, CountsAddUp());
}

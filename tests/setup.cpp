// Goal:   a run whose settings make no sense stops at once, and says which and why; then a new run
//         begins.
// Method: the CTest fixture `run`, which every other case requires. It reads all settings, asks
//         SQLite whether a short sleep is one, puts the results of the run before away, and probes
//         an external writer.
#include "fixtures/run/settings.hpp"
#include "fixtures/table/early_writes.hpp"
#include "fixtures/table/fresh_table.hpp"
#include "fixtures/table/matchers.hpp"
#include "helpers/results/results_folder.hpp"
#include "helpers/sqlite/build_info.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace firstlock;

namespace {

/// Whether a command speaks the writer protocol: one writer on one row of a table of its own, which
/// has to be stored after `go` and not before.
void probe(const Command& writer)
{
    const auto limit = settings().scaled(std::chrono::seconds(20));
    const PoolDeadlines deadlines{limit, limit, limit / 10};
    INFO(
        "FIRSTLOCK_WRITER is '"
        << settings().writer
        << "'; accepted: a command that speaks the writer protocol (README, \"A writer of your "
           "own\"). One writer alone was tried on one row: it has to touch nothing before it reads "
           "'go', and then to get it stored");
    const std::string early = early_writes_of(writer, deadlines);
    CAPTURE(early);
    REQUIRE(early.empty());
    FreshTable table;
    table.use(selected_profile());
    const Trial trial = table.insert_in_parallel(
        example_rows(1), {.writer = writer, .deadlines = deadlines, .recorded = Recorded::nowhere});
    REQUIRE_THAT(trial, AllRowsStored());
}

} // namespace

TEST_CASE("setup.the settings of this run make sense", "[setup]")
{
    REQUIRE_NOTHROW(settings());

    INFO("sqlite3_sleep(50) must wait about 50 ms; a SQLite built without HAVE_USLEEP sleeps whole "
         "seconds, so that no busy timeout below that means what it says");
    REQUIRE(fifty_ms_sleep_takes_ms() >= 45);
    REQUIRE(fifty_ms_sleep_takes_ms() < 900);

    ResultsFolder(settings().results).begin_run(); // what follows is in the log of this run
    if (!settings().writer.empty()) {
        probe(selected_writer());
    }
}

TEST_CASE("setup.this run has come to its end", "[setup][cleanup]")
{
    ResultsFolder results(settings().results);
    results.end_run(); // one that never gets here was interrupted, and can go on
    CHECK_FALSE(results.was_interrupted());
}

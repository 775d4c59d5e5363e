// Goal:   a run whose settings make no sense stops at once, and says which and why; then a new run
//         begins.
// Method: the CTest fixture `run`, which every other case requires. It reads all settings, asks
//         SQLite whether a short sleep is one, puts the results of the run before away, and probes
//         an external writer.
#include "fixtures/run/settings.hpp"
#include "fixtures/table/writer_probe.hpp"
#include "helpers/results/results_folder.hpp"
#include "helpers/sqlite/build_info.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace firstlock;

TEST_CASE("setup.the settings of this run make sense", "[setup]")
{
    REQUIRE_NOTHROW(settings());

    INFO("sqlite3_sleep(50) must wait about 50 ms; a SQLite built without HAVE_USLEEP sleeps whole "
         "seconds, "
         "so that no busy timeout below that means what it says");
    REQUIRE(fifty_ms_sleep_takes_ms() >= 45);
    REQUIRE(fifty_ms_sleep_takes_ms() < 900);

    ResultsFolder(settings().results).begin_run(); // what follows is in the log of this run
    if (!settings().writer.empty()) {
        REQUIRE_NOTHROW(
            probe_writer(selected_writer(), "FIRSTLOCK_WRITER is '" + settings().writer + "'"));
    }
}

TEST_CASE("setup.this run has come to its end", "[setup][cleanup]")
{
    ResultsFolder(settings().results)
        .end_run(); // one that never gets here was interrupted, and can go on
    CHECK_FALSE(ResultsFolder(settings().results).was_interrupted());
}

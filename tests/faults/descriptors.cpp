// Goal:   too few descriptors are reported by the writer, and cost no acknowledged row.
// Method: one of two writers has a low limit of descriptors. What happens where writers cannot even
//         be started is asked by harness.limits.
#include "fixtures/faults/fault_record.hpp"
#include "fixtures/faults/fault_run.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <sqlite3.h>

using namespace firstlock;

TEST_CASE("faults.a writer without descriptors says so and loses nothing")
{
    FaultTable table(GENERATE("delete", "wal"));
    const std::uint64_t max = GENERATE(3, 4, 5);
    const FaultRun run = run_under_fault(table, {.transactions = 3, .adjust = [&](FaultTask& task) {
                                                     task.descriptors_max =
                                                         task.writer == 1 ? max : 0;
                                                 }});
    record_fault("descriptor limit", {{"descriptors", max}}, figures_of(table, run));
    CHECK(run.account.verdict() == "ok");
    CHECK(run.acknowledged >= 3); // those of its neighbour
    if (max < 5) {
        CHECK(run.codes.contains(SQLITE_CANTOPEN));
    }
}

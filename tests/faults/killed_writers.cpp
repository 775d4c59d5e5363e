// Goal:   SIGKILL costs no acknowledged row, leaves no transaction half done, and breaks no file,
//         at any moment: in a transaction, in its COMMIT, in a checkpoint, while recovering from
//         the kill before.
// Method: rounds of writers that are killed one by one; a black box in shared memory tells how far
//         each had come, and the ledger made from the boxes is compared with the table. The moments
//         are drawn from the seed; what the scheduler makes of them differs from run to run, so a
//         replay runs the same schedule.
#include "fixtures/faults/killed_writers.hpp"
#include "fixtures/faults/fault_record.hpp"
#include "helpers/described/json.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace firstlock;

namespace {

void kill_and_check(KillOptions options)
{
    options.budget = fault_budget(11, 120);
    const KillFigures figures = run_killed_writers(options);
    record_fault("killed writers", options, figures);

    INFO(nlohmann::ordered_json(figures).dump(2));
    CHECK(figures.violation.empty());
    CHECK(figures.stored == figures.acknowledged); // what was unknown is one or the other by now
    CHECK(figures.acknowledged > 0);               // else it proves nothing
    CHECK(figures.share_in_transaction >= 0.2);
    if (options.checkpointer) {
        CHECK(figures.kills_in_checkpoint > 0);
    }
}

} // namespace

TEST_CASE("faults.killed writers lose nothing in DELETE")
{
    kill_and_check({.journal_mode = "delete"});
}

TEST_CASE("faults.killed writers lose nothing in TRUNCATE")
{
    kill_and_check({.journal_mode = "truncate"});
}

TEST_CASE("faults.killed writers lose nothing in PERSIST")
{
    kill_and_check({.journal_mode = "persist"});
}

TEST_CASE("faults.killed writers lose nothing in WAL")
{
    kill_and_check({.journal_mode = "wal", .synchronous = "normal"});
}

TEST_CASE("faults.killed writers lose nothing in WAL beside a killed checkpointer")
{
    kill_and_check({.journal_mode = "wal", .checkpointer = true});
}

TEST_CASE("faults.killed writers that acknowledge before COMMIT are found out by what they lose")
{
    const KillFigures figures =
        run_killed_writers({.journal_mode = "delete",
                            .mutation = Mutation::acknowledges_before_commit,
                            .budget = std::chrono::duration<double>(60)}); // ends at the first loss
    INFO(nlohmann::ordered_json(figures).dump(2));
    CHECK(figures.lost > 0);
    CHECK(figures.unexpected + figures.duplicate + figures.half == 0);
    CHECK(figures.integrity == "ok");
}

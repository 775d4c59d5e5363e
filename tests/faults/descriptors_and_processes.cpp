// Goal:   too few descriptors or processes are named as what they are, and cost no acknowledged
//         row.
// Method: a writer with a low limit of descriptors; a starter of children that has given up root,
//         which ignores the limit of processes, with a limit of each kind.
#include "fixtures/faults/failing_disk.hpp"
#include "fixtures/faults/fault_record.hpp"
#include "fixtures/run/scratch_directory.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <sqlite3.h>

using namespace firstlock;
using Catch::Matchers::ContainsSubstring;

namespace {

/// The one line of a starter under its limits.
std::string starter_says(FaultTask task)
{
    const ScratchDirectory directory;
    task.role = FaultRole::starter;
    task.database = directory.path() / "none.db";
    task.box = directory.path() / "box";
    FaultyWriter starter(task);
    std::string said = starter.line();
    starter.finish();
    record_fault("limit", {{"said", said}});
    return said;
}

} // namespace

TEST_CASE("faults.a writer without descriptors says so and loses nothing")
{
    const std::string mode = GENERATE("delete", "wal");
    const ScratchDirectory directory;
    const auto database = directory.path() / "descriptors.db";
    make_fault_table(database, mode);
    const std::uint64_t most = GENERATE(3, 4, 5);
    const FaultRun run = run_under_fault(
        {.database = database,
         .boxes = directory.path(),
         .journal_mode = mode,
         .transactions = 3,
         .adjust = [&](FaultTask& task) { task.descriptors_most = task.writer == 1 ? most : 0; }});
    record_fault("descriptor limit", {{"journal_mode", mode},
                                      {"descriptors", most},
                                      {"reported", in_words(run.codes)},
                                      {"verdict", run.account.verdict()}});
    CHECK(run.account.verdict() == "ok");
    CHECK(run.acknowledged >= 3); // those of its neighbour
    if (most < 5) {
        CHECK(run.codes.contains(SQLITE_CANTOPEN));
    }
}

TEST_CASE("faults.the limit of processes is named when a writer cannot be started")
{
    FaultTask task;
    task.transactions = 50;
    task.as_nobody = true;
    task.processes_most = 1;
    CHECK_THAT(starter_says(task), ContainsSubstring("refused after") &&
                                       ContainsSubstring("the limit of processes is 1"));
}

TEST_CASE("faults.the limit of descriptors is named when writers cannot be started")
{
    FaultTask task;
    task.transactions = 500;
    task.descriptors_most = 200;
    CHECK_THAT(starter_says(task),
               ContainsSubstring("500 writers need") && ContainsSubstring("the hard limit is 200"));
}

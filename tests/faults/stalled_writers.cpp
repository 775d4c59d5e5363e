// Goal:   a writer that stands still while it holds the lock locks the others out after their
//         timeout, and no longer; nothing is lost, and when it goes on, its own row's fate is told
//         rightly.
// Method: SIGSTOP inside a transaction, other writers through the pool meanwhile, SIGCONT, COMMIT;
//         then the table.
#include "fixtures/faults/fault_record.hpp"
#include "fixtures/faults/faulty_writer.hpp"
#include "fixtures/run/settings.hpp"
#include "fixtures/table/fresh_table.hpp"
#include "fixtures/table/profiles.hpp"
#include "helpers/sqlite/connection.hpp"

#include <boost/uuid/uuid_io.hpp>
#include <catch2/catch_test_macros.hpp>

#include <csignal>

using namespace firstlock;
using namespace std::chrono_literals;

namespace {

void stall_and_check(const std::string& mode)
{
    Profile named{"stalled", {}, "this case"};
    named.settings.journal_mode = mode;
    named.settings.busy_timeout = 300ms;
    named.settings.transaction = Transaction::immediate;
    const ScratchDirectory directory;
    const auto database = directory.path() / "stalled.db";
    make_table(database, named);

    FaultTask task;
    task.role = FaultRole::actor;
    task.database = database;
    task.box = directory.path() / "box";
    task.settings = named.settings;
    FaultyWriter holder(task);
    holder.await_ready();
    const Message own = example_rows(1).front();
    REQUIRE(holder.ask("sql BEGIN IMMEDIATE") == "0");
    REQUIRE(holder.ask("sql INSERT INTO messages(msg) VALUES ('" + boost::uuids::to_string(own) +
                       "')") == "0");
    holder.child().send(SIGSTOP);

    constexpr std::size_t others = 8;
    TrialTable table{database, named};
    const TrialOptions options{.writer = own_writer()};
    const Trial beside = run_trial(table, example_rows(others), options);
    CHECK(beside.locked == others);
    CHECK(beside.codes == std::map<std::string, std::size_t>{{"5", others}});
    CHECK(beside.lost + beside.unexpected + beside.duplicate == 0);
    REQUIRE(beside.wait_ms);
    CHECK(beside.wait_ms->p50 >= 285); // SQLite's own tolerance: 0.95 of the setting

    holder.child().send(SIGCONT);
    const std::string commit = holder.ask("sql COMMIT");
    CHECK(commit == "0");
    CHECK(holder.finish().ok());
    table.stored = {own};
    const Trial then = run_trial(table, example_rows(others), options);
    CHECK(then.acknowledged == others);
    CHECK(then.lost + then.unexpected + then.duplicate == 0);
    CHECK(then.rows_after == others + 1);
    record_fault("stalled writer", {{"journal_mode", mode},
                                    {"locked", beside.locked},
                                    {"wait_p50_ms", beside.wait_ms->p50},
                                    {"lost", beside.lost + then.lost}});
}

} // namespace

TEST_CASE("faults.a stalled writer in DELETE locks the others and loses nothing")
{
    stall_and_check("delete");
}

TEST_CASE("faults.a stalled writer in WAL locks the others and loses nothing")
{
    stall_and_check("wal");
}

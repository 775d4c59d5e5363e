// Goal:   a writer that stands still while it holds the lock locks the others out after their
//         timeout, and no longer; nothing is lost, and when it goes on, its own row's fate is told
//         rightly.
// Method: SIGSTOP inside a transaction, other writers through the pool meanwhile, SIGCONT, COMMIT;
//         then the table.
#include "fixtures/faults/fault_record.hpp"
#include "fixtures/run/settings.hpp"
#include "fixtures/table/fresh_table.hpp"
#include "fixtures/transactions/session.hpp"

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
    TrialTable table{directory.path() / "stalled.db", named};
    make_table(table.database, named);

    Session holder(table.database);
    const Message own = example_rows(1).front();
    holder.must("BEGIN IMMEDIATE");
    holder.must("INSERT INTO messages(msg) VALUES ('" + boost::uuids::to_string(own) + "')");
    holder.send(SIGSTOP);

    constexpr std::size_t others = 8;
    const TrialOptions options{.writer = own_writer()};
    const Trial beside = run_trial(table, example_rows(others), options);
    CHECK(beside.locked == others);
    CHECK(beside.codes == std::map<std::string, std::size_t>{{"5", others}});
    CHECK(beside.wrong() == 0);
    REQUIRE(beside.wait_ms);
    CHECK(beside.wait_ms->p50 >= 285); // SQLite's own tolerance: 0.95 of the setting

    holder.send(SIGCONT);
    CHECK_THAT(holder.run("COMMIT"), Served());
    holder.close();
    table.stored = {own};
    const Trial then = run_trial(table, example_rows(others), options);
    CHECK(then.acknowledged == others);
    CHECK(then.wrong() == 0);
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

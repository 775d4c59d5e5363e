// Goal:   system E: which of seven kinds of request is refused?
// Method: 10 and 100 users, each drawing one kind after the other, on Django's settings; with two
//         milliseconds of work between read and write, which decides how often a deferred upgrade
//         meets another's lock.
#include "fixtures/web/cell.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace firstlock;
using namespace firstlock::web;
using namespace std::chrono_literals;

namespace {

Cell run_mixed(std::size_t users, const Profile& settings_of_site)
{
    return run_cell(
        {.system = "E",
         .name = std::to_string(users) + " users, " + settings_of_site.settings.journal_mode,
         .site = {.profile = settings_of_site, .server = {.between_statements = 2ms}},
         .load = {.clients = users,
                  .duration = cell_duration(3'000ms),
                  .think = 10ms,
                  .endpoints = {Endpoint::read, Endpoint::write, Endpoint::read_write,
                                Endpoint::write_read, Endpoint::read_write_transaction,
                                Endpoint::read_write_transaction_immediate,
                                Endpoint::write_read_transaction}}});
}

} // namespace

TEST_CASE("web.system E: seven kinds of request with 10 and 100 users")
{
    const std::vector<Cell> cells{run_mixed(10, profile("django")),
                                  run_mixed(100, profile("django")),
                                  run_mixed(10, with_wal(profile("django")))};
    print_and_check(cells);
    for (const Cell& cell : cells) {
        CHECK(cell.load.endpoints.size() == 7);
        CHECK(cell.refusals(5) + cell.refusals(517) == cell.status(500));
    }
    // SQLITE_BUSY_SNAPSHOT exists in WAL only.
    CHECK(cells[0].refusals(517) + cells[1].refusals(517) == 0);
}

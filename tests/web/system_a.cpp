// Goal:   system A's whole table: do simultaneous requests fail, by timeout and clients? Its
//         author's server ran one event loop; here four worker processes of eight threads write at
//         once.
// Method: each cell is a fresh table, a server with one connection per request as Python's sqlite3
//         has it, and a closed loop of keep-alive clients. FIRSTLOCK_DEPTH=deep is 10 s a cell
//         (`ctest --preset web-table`).
#include "fixtures/run/settings.hpp"
#include "fixtures/web/cell.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>

using namespace firstlock;
using namespace firstlock::web;
using namespace std::chrono_literals;

namespace {

CellOptions cell_of(const std::string& name, std::chrono::milliseconds timeout, std::size_t clients)
{
    const bool deep = settings().depth == Depth::deep;
    return {.system = "A",
            .name = name,
            .site = {.profile = with_busy_timeout(profile("python-per-request"), timeout),
                     .processes = 4,
                     .server = {.connections = ConnectionPolicy::request,
                                .threads = 8,
                                .drain_timeout = deep ? 30'000ms : 500ms}},
            .load = {.clients = clients,
                     .duration = cell_duration(700ms),
                     .drain = deep ? 12'000ms : 1'000ms},
            .may_be_cut_off = true};
}

} // namespace

TEST_CASE("web.system A: failures and requests a second by timeout and clients")
{
    std::vector<Cell> cells;
    CellOptions control = cell_of("control, no db", 0ms, 100);
    control.load.endpoints = {Endpoint::ping};
    cells.push_back(run_cell(control));
    CHECK(cells.back().status(200) == cells.back().load.all.answered);
    CHECK(cells.back().status(200) > 0);
    for (const auto timeout : {5000ms, 1000ms, 0ms}) {
        for (const std::size_t clients : {100U, 500U, 1000U}) {
            cells.push_back(
                run_cell(cell_of(std::to_string(timeout.count()) + " ms", timeout, clients)));
        }
    }
    print_and_check(cells);
}

TEST_CASE("web.system A: with 1000 clients and timeout 0 on four processes many are refused and no "
          "row is lost",
          "[tsan]")
{
    const Cell cell = run_cell(cell_of("0 ms", 0ms, 1000));
    print_and_check({cell});
    CHECK(cell.status(500) > 0);
    CHECK(cell.refusals(5) == cell.status(500)); // nothing but SQLITE_BUSY
    CHECK(cell.load.all.sent >= 1000);
    CHECK(cell.server.requests.size() == 4);
    const auto served = std::count_if(cell.server.requests.begin(), cell.server.requests.end(),
                                      [](std::uint64_t requests) { return requests > 0; });
    CHECK(served > 1); // one port, several processes
}

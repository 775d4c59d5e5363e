// Goal:   system A's whole table: do simultaneous requests fail, by timeout and clients? Its
//         author's server ran one event loop; here four worker processes of eight threads write at
//         once.
// Method: each cell is a fresh table, a server with one connection per request as Python's sqlite3
//         has it, and a closed loop of keep-alive clients. FIRSTLOCK_DEPTH=deep is 10 s a cell
//         (`ctest --preset web-table`).
//
// Goal:   where system A's failures come from, and whether the way a server comes by its
//         connections changes them.
// Method: the same load with and without A's helper, whose two halves are an observer (SELECT
//         count(*) every 100 ms, with and without a timeout of its own) and a pruner (deletes rows
//         through SQL); then the same load with a connection per request, per thread, and a pool
//         that is smaller than the threads.
#include "fixtures/run/settings.hpp"
#include "fixtures/web/cell.hpp"
#include "helpers/described/names.hpp"

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
    CHECK(cell.server.requests.size() == 4);
    const auto served = std::count_if(cell.server.requests.begin(), cell.server.requests.end(),
                                      [](std::uint64_t requests) { return requests > 0; });
    CHECK(served > 1); // one port, several processes
}

namespace {

CellOptions question_of(const std::string& name, ConnectionPolicy connections,
                        std::chrono::milliseconds timeout, std::size_t clients)
{
    return {.system = "A?",
            .name = name,
            .site = {.profile = with_busy_timeout(profile("python-per-request"), timeout),
                     .server = {.connections = connections, .drain_timeout = 5'000ms}},
            .load = {.clients = clients, .duration = cell_duration(1'000ms), .drain = 3'000ms},
            .may_be_cut_off = true};
}

/// One process with one thread writes one row at a time, as A's event loop did: what fails then is
/// the helper's work.
Cell run_with_helper(const std::string& name, std::vector<CompanionTask> companions)
{
    CellOptions options = question_of(name, ConnectionPolicy::request, 0ms, 100);
    options.site.processes = 1;
    options.site.server.threads = 1;
    options.companions = std::move(companions);
    return run_cell(options);
}

} // namespace

TEST_CASE("web.system A: without its helper a server that writes one row at a time refuses nobody")
{
    const CompanionTask observer{CompanionMode::observer, 0ms, 100ms};
    const CompanionTask patient{CompanionMode::observer, 5'000ms, 100ms};
    // The two pages of an empty table are too many for it: it prunes also where rows come slowly.
    const CompanionTask pruner{CompanionMode::pruner, 5'000ms, 20ms, 4};
    const Cell alone = run_with_helper("helper off", {});
    const std::vector<Cell> cells{alone, run_with_helper("observer without a timeout", {observer}),
                                  run_with_helper("observer with a timeout", {patient}),
                                  run_with_helper("pruner", {pruner}),
                                  run_with_helper("observer and pruner", {observer, pruner})};
    print_and_check(cells);
    CHECK(alone.status(500) == 0);
    for (const std::size_t with_pruner : {3U, 4U}) {
        CAPTURE(with_pruner);
        CHECK(cells[with_pruner].account.pruned > 0);
    }
}

TEST_CASE("web.system A: a connection per request or per thread or from a pool keeps the account",
          "[tsan]")
{
    std::vector<Cell> cells;
    for (const auto timeout : {0ms, 2'000ms}) { // 2 s: what ecto's pool comes with
        for (const auto connections :
             {ConnectionPolicy::request, ConnectionPolicy::thread, ConnectionPolicy::pool}) {
            CellOptions options = question_of(std::string(name_of(connections)) + ", " +
                                                  std::to_string(timeout.count()) + " ms",
                                              connections, timeout, 100);
            options.site.server.threads = 16;
            options.site.server.pool_size = 2; // of each process, for 16 threads and 50 clients
            options.site.server.pool_wait = 2'000ms;
            cells.push_back(run_cell(options));
        }
    }
    print_and_check(cells);
    for (const Cell& cell : cells) {
        if (cell.options.site.server.connections != ConnectionPolicy::pool) {
            CHECK(cell.status(503) == 0); // only a pool can be exhausted
        }
    }
}

// Goal:   system C: a site and a script on one database. Who gets the 500, and does a knob help?
// Method: HTTP clients that insert several rows a request, beside a script that inserts as fast as
//         it can (or with a delay) and a reader as the web UI; each knob alone, then all together.
//         A 500 that left rows behind is counted as half-written; with ATOMIC_REQUESTS none may be.
#include "fixtures/web/cell.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace firstlock;
using namespace firstlock::web;
using namespace std::chrono_literals;

namespace {

struct Knobs {
    std::string name;
    std::chrono::milliseconds timeout = 5'000ms; // Python's, and so Django's
    bool atomic_requests = false;
    bool wal = false;
    std::chrono::milliseconds script_delay = 0ms;
    std::chrono::milliseconds think = 0ms; // SLEEP of the HTTP load
    unsigned num = 3;                      // NUM: rows of a request
};

Cell run_with(const Knobs& knobs)
{
    const Profile base = with_busy_timeout(profile("django"), knobs.timeout);
    return run_cell({.system = "C",
                     .name = knobs.name,
                     .site = {.profile = knobs.wal ? with_wal(base) : base,
                              .processes = 1, // a development server
                              .server = {.atomic_requests = knobs.atomic_requests, .threads = 8}},
                     .load = {.clients = 4,
                              .duration = cell_duration(1'500ms),
                              .think = knobs.think,
                              .endpoints = {Endpoint::insert_many},
                              .num = knobs.num},
                     .companions = {{CompanionMode::script, knobs.timeout, knobs.script_delay},
                                    {CompanionMode::reader, knobs.timeout, 20ms}}});
}

} // namespace

TEST_CASE("web.system C: site and script with each knob and with all together")
{
    const std::vector<Knobs> all{
        {.name = "default"},
        {.name = "TIMEOUT=0", .timeout = 0ms},
        {.name = "TIMEOUT=1", .timeout = 1'000ms},
        {.name = "ATOMIC_REQUESTS", .atomic_requests = true},
        {.name = "ATOMIC_REQUESTS, TIMEOUT=0", .timeout = 0ms, .atomic_requests = true},
        {.name = "WAL", .wal = true},
        {.name = "WAL, TIMEOUT=0", .timeout = 0ms, .wal = true},
        {.name = "script waits 500 ms", .script_delay = 500ms},
        {.name = "SLEEP=50 ms, NUM=10, TIMEOUT=0", .timeout = 0ms, .think = 50ms, .num = 10},
        {.name = "TIMEOUT=20, WAL, ATOMIC_REQUESTS",
         .timeout = 20'000ms,
         .atomic_requests = true,
         .wal = true}};
    std::vector<Cell> cells;
    cells.reserve(std::size(all));
    for (const Knobs& knobs : all) {
        cells.push_back(run_with(knobs));
    }
    print_and_check(cells);
    for (const Cell& cell : cells) {
        CHECK(cell.status(200) + cell.status(500) == cell.load.all.answered);
    }
}

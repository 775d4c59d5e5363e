// Goal:   system B before and after its fix: slow work in a transaction that reads, then writes.
// Method: 10 users on /create_user/, 3 worker processes of 4 threads; before: a deferred
//         transaction and timeout 0; after: BEGIN IMMEDIATE and a timeout. Hashing takes 500 ms of
//         processor time, 100 ms in the brief form.
//
// Goal:   system C: a site and a script on one database. Who gets the 500, and does a knob help?
// Method: HTTP clients that insert several rows a request, beside a script that inserts as fast as
//         it can (or with a delay) and a reader as the web UI; each knob alone, then all together.
//         A 500 that left rows behind is counted as half-written; with ATOMIC_REQUESTS none may be.
//
// Goal:   system E: which of seven kinds of request is refused?
// Method: 10 and 100 users, each drawing one kind after the other, on Django's settings; with two
//         milliseconds of work between read and write, which decides how often a deferred upgrade
//         meets another's lock.
#include "fixtures/run/settings.hpp"
#include "fixtures/web/cell.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace firstlock;
using namespace firstlock::web;
using namespace std::chrono_literals;

namespace {

Cell run_create_user(const std::string& name, const std::string& profile_name,
                     std::chrono::milliseconds timeout)
{
    const bool deep = settings().depth == Depth::deep;
    return run_cell({.system = "B",
                     .name = name,
                     .site = {.profile = with_busy_timeout(profile(profile_name), timeout),
                              .processes = 3,
                              .server = {.create_user_work = deep ? 500ms : 100ms}},
                     .load = {.clients = 10,
                              .duration = cell_duration(3'000ms),
                              .endpoints = {Endpoint::create_user}}});
}

} // namespace

TEST_CASE("web.system B: create_user before and after its fix")
{
    const std::vector<Cell> cells{run_create_user("before", "django", 0ms),
                                  run_create_user("only a timeout", "django", 5'000ms),
                                  run_create_user("only IMMEDIATE", "django-immediate", 0ms),
                                  run_create_user("after, both", "django-immediate", 20'000ms)};
    print_and_check(cells);
    for (const Cell& cell : cells) {
        // A refused transaction is rolled back as a whole, and SQLite gives no other code here.
        CHECK(cell.refusals(5) == cell.status(500));
    }
    // Before, requests that overlap refuse each other at once, on a slow machine no less. After,
    // one fails that has waited for 20 s: at most the ten in flight, since no load is that long.
    CHECK(cells.front().status(500) > cells.back().status(500));
}

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

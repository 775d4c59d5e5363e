// Goal:   system B before and after its fix: slow work in a transaction that reads, then writes.
// Method: 10 users on /create_user/, 3 worker processes of 4 threads; before: a deferred
//         transaction and timeout 0; after: BEGIN IMMEDIATE and a timeout. Hashing takes 500 ms of
//         processor time, 100 ms in the brief form.
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

// Goal:   at how many writers does `database is locked` first appear, and what timeout would a crowd
//         need?
// Method: trials on fresh tables with M = 2, 4, 8 … until a crowd waits for long, then around the M
//         at which half of them are expected to lock (helpers/statistics/first_lock_search.hpp),
//         within a few seconds. A locked writer is the measurement here; only a lost, unexpected or
//         duplicate row fails.
#include "fixtures/search/first_lock.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace firstlock;

namespace {

// Budgets that leave the main job under a minute: a locked trial in rollback costs its five
// seconds.
void search(const std::string& name, double budget_s)
{
    const SearchState found = search_first_lock(profile(name), limits_with(512, 60, budget_s));
    CHECK(found.trials > 0);
    CHECK((!found.holds || !found.first_lock || *found.holds < *found.first_lock));
}

} // namespace

TEST_CASE("parallel.first lock of recommended")
{
    search("recommended", 2);
}

TEST_CASE("parallel.first lock in rollback")
{
    search("rollback", 10);
}

// Goal:   how many writers each profile's timeout holds, what timeout a crowd needs, and what row size
//         does to it, in depth.
// Method: one search per case (fixtures/search/first_lock.hpp), each with a budget: a few seconds where
//         the survey is one part of all cases, a minute in the preset `survey`, or
//         FIRSTLOCK_BUDGET_S. FIRSTLOCK_PROFILES chooses among the profiles. Interrupted, it keeps
//         all it has measured; run again, it goes on.
#include "fixtures/run/settings.hpp"
#include "fixtures/search/first_lock.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
using namespace firstlock;

namespace {

void survey(const Profile& profile, const std::string& name)
{
    const auto& chosen = settings().profiles;
    if (std::find(chosen.begin(), chosen.end(), name) == chosen.end()) {
        SKIP("FIRSTLOCK_PROFILES does not list " << name);
    }
    const bool deep = settings().depth == Depth::deep;
    const SearchLimits limits = deep ? limits_with(1000, 400, 60) : limits_with(32, 30, 2);
    const SearchState found = search_first_lock(profile, limits);
    CHECK(found.trials > 0);
    CHECK((!found.holds || !found.first_lock || *found.holds < *found.first_lock));
}

} // namespace

// A table that registers each: what a person should see as a test is one. The names are those of
// profiles.cpp.
#define SURVEY_OF(name)                                                                            \
    TEST_CASE("survey.first lock of " name)                                                        \
    {                                                                                              \
        survey(profile(name), name);                                                               \
    }
#define SURVEY_WITH_TIMEOUT(name, ms)                                                              \
    TEST_CASE("survey.first lock of " name " with a timeout of " #ms " ms")                        \
    {                                                                                              \
        survey(with_timeout(profile(name), std::chrono::milliseconds(ms)), name);                  \
    }
#define SURVEY_WITH_PAYLOAD(name, kibibytes)                                                       \
    TEST_CASE("survey.first lock of " name " with rows of " #kibibytes " KiB")                     \
    {                                                                                              \
        survey(with_payload(profile(name), kibibytes), name);                                      \
    }

SURVEY_OF("sqlite")
SURVEY_OF("python")
SURVEY_OF("python-per-request")
SURVEY_OF("django")
SURVEY_OF("django-immediate")
SURVEY_OF("rails")
SURVEY_OF("ecto")
SURVEY_OF("rollback")
SURVEY_OF("wal")
SURVEY_OF("recommended")

// System A's three timeouts; 5000 ms is the profiles' own.
SURVEY_WITH_TIMEOUT("rollback", 0)
SURVEY_WITH_TIMEOUT("rollback", 1000)
SURVEY_WITH_TIMEOUT("wal", 0)
SURVEY_WITH_TIMEOUT("wal", 1000)

// One page, and more than the WAL's automatic checkpoint of 1000 pages takes in sixteen rows.
SURVEY_WITH_PAYLOAD("rollback", 4)
SURVEY_WITH_PAYLOAD("recommended", 4)
SURVEY_WITH_PAYLOAD("recommended", 256)

// Goal:   a private child does what its task says or refuses the task with what is wrong with it.
// Method: tasks as their parents write them, each with one key changed; then real children.
#include "fixtures/web/running_site.hpp"
#include "helpers/described/task.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

using namespace firstlock;
using namespace firstlock::web;
using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;

namespace {

/// Why a server's task is refused in which one text stands for another.
std::string refusal_of(const std::string& from, const std::string& to)
{
    std::string task = json_text(ServerSettings{});
    const auto at = task.find(from);
    REQUIRE(at != std::string::npos);
    task.replace(at, from.size(), to);
    try {
        task_from<ServerSettings>(task);
    } catch (const JsonError& error) {
        return error.what();
    }
    return "accepted";
}

} // namespace

TEST_CASE("web.a task whose keys are unknown or missing or of the wrong kind is refused by name")
{
    CHECK(refusal_of("\"port\":0", "\"port\":8080") == "accepted");
    CHECK_THAT(refusal_of("\"threads\":4", "\"thread\":4"),
               ContainsSubstring("there is no key 'thread'; accepted: database, sqlite"));
    CHECK_THAT(refusal_of("\"threads\":4,", ""), ContainsSubstring("'threads' is missing"));
    CHECK_THAT(refusal_of("\"retry\":\"sqlite\"", "\"retries\":\"sqlite\""),
               ContainsSubstring("'retries'; accepted: journal_mode, synchronous"));
    CHECK_THAT(refusal_of("\"retry\":\"sqlite\"", "\"retry\":\"never\""),
               ContainsSubstring("'retry'") && ContainsSubstring("'never'") &&
                   ContainsSubstring("accepted: sqlite, constant, jittered"));
    CHECK_THAT(refusal_of("\"port\":0", "\"port\":70000"),
               ContainsSubstring("'port' holds 70000; accepted: whole numbers from 0 to 65535"));
    CHECK_THAT(refusal_of("\"threads\":4", "\"threads\":1.5"), ContainsSubstring("holds 1.5"));
    CHECK_THAT(refusal_of("\"pool_wait\":2000", "\"pool_wait\":0.5"),
               ContainsSubstring("'pool_wait'") && ContainsSubstring("whole"));
    CHECK_THAT(refusal_of("{", "["), ContainsSubstring("accepted: one JSON object"));
    const std::string too_deep = "\"port\":" + std::string(100, '[') + std::string(100, ']');
    CHECK_THAT(refusal_of("\"port\":0", too_deep), ContainsSubstring("accepted: one JSON object"));
}

TEST_CASE_METHOD(RunningSite, "web.a child refuses a value that makes no sense at its start")
{
    CHECK_THROWS_WITH(start({.profile = profile("django"), .server = {.threads = 0}}),
                      ContainsSubstring("'threads' holds 0; accepted: 1 to 1000"));
    Profile wordless = profile("django");
    wordless.settings.synchronous = "often";
    CHECK_THROWS_WITH(WebServer(database(), {.profile = wordless}),
                      ContainsSubstring("'synchronous' holds \"often\"; accepted: off, normal"));
    CHECK_THROWS_WITH(run_load(1, {.num = 1001}, 1),
                      ContainsSubstring("'num' holds 1001; accepted: 1 to 1000"));
    CHECK_THROWS_WITH(run_load(1, {.duration = -1ms}, 1),
                      ContainsSubstring("'duration' holds -1; accepted: 0 to 3600000"));
    CHECK_THROWS_WITH(Companion(database().parent_path() / "none.db", profile("django"), {}, 1),
                      ContainsSubstring("accepted: an existing file"));
}

TEST_CASE_METHOD(RunningSite, "web.a site waits for locks in each way that a profile names")
{
    Profile jittered = profile("django");
    jittered.settings.retry = Retry::jittered;
    start({.profile = jittered});
    CHECK_THAT(get("/insert"), Catch::Matchers::StartsWith("HTTP/1.1 200"));
    CHECK(server().stop().status.ok());
}

// Goal:   the load client counts what it sent and what it was told, and measures from when a
//         request was due.
// Method: small loads on a server whose answers are held back: by work, or by a lock of this
//         process.
#include "fixtures/web/running_site.hpp"
#include "helpers/sqlite/connection.hpp"
#include "helpers/web/account.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

using namespace firstlock;
using namespace firstlock::web;
using namespace std::chrono_literals;

namespace {

class LoadedSite : public RunningSite {
  public:
    LoadReport load(const LoadTask& task)
    {
        auto end = run_load(server().port(), task, 1);
        senders = {std::move(end.outcomes)};
        return std::move(end.report);
    }
    SiteAccount account() const
    {
        return account_of(senders, Connection(database()).column("SELECT msg FROM messages"));
    }

    std::vector<SenderOutcomes> senders;
};

} // namespace

TEST_CASE_METHOD(LoadedSite,
                 "web.at a constant rate a late request's wait counts from when it was due")
{
    start({.profile = profile("django"),
           .processes = 1,
           .server = {.create_user_work = 100ms, .threads = 1}});
    // 40 a second are due, and one client can have no more than 10 of them: the last it sends is
    // about 700 ms late.
    const LoadReport report =
        load({.clients = 1, .duration = 1'000ms, .rate = 40, .endpoints = {Endpoint::create_user}});
    const std::uint64_t sent = report.all.sent;
    CHECK(sent > 0);
    CHECK(sent <= 11);
    CHECK(sent + report.unsent == 40);
    CHECK(report.all.answered == sent);
    CHECK(report.all.latency_ms.at("min") >= 99.0);
    CHECK(report.all.latency_ms.at("max") >= 400.0);
    CHECK(account().balances());
}

TEST_CASE_METHOD(LoadedSite, "web.a rate that the server can serve is kept")
{
    start({.profile = profile("recommended")});
    // A row every 50 ms, and eight clients that each may take 400 ms: half of it on any machine.
    const LoadReport report = load({.clients = 8, .duration = 1'000ms, .rate = 20});
    CHECK(report.all.sent + report.unsent == 20);
    CHECK(report.all.sent >= 10);
    CHECK(account().acknowledged == row_count());
    CHECK(account().balances());
}

TEST_CASE_METHOD(LoadedSite,
                 "web.requests without an answer are unknown and their rows may be there")
{
    start({.profile = profile("django"), .processes = 1, .server = {.threads = 3}});
    // Requests that wait take SHARED for a moment at each attempt, which the COMMIT may meet.
    Connection other(database(), {.busy_timeout = patience().left()});
    other.execute("BEGIN IMMEDIATE");
    const LoadReport report = load({.clients = 3, .duration = 100ms, .drain = 100ms});
    CHECK(report.all.sent == 3);
    CHECK(report.all.unanswered == 3);
    CHECK(report.all.answered == 0);
    CHECK(report.all.latency_ms.at("p50") == 0);
    other.execute("COMMIT");
    CHECK(server().stop().status.ok());
    CHECK(account().unknown_stored == row_count());
    CHECK(account().balances());
}

TEST_CASE_METHOD(LoadedSite, "web.answers that come after the load has stopped are counted")
{
    start({.profile = profile("django"),
           .processes = 1,
           .server = {.create_user_work = 200ms, .threads = 1}});
    const LoadReport report =
        load({.clients = 4, .duration = 100ms, .endpoints = {Endpoint::create_user}});
    CHECK(report.answered_before_stop == 0);
    CHECK(report.answered_after_stop == 4);
    // Each leaves when it is ready, and not behind those that still wait for the thread.
    CHECK(report.all.latency_ms.at("min") <= report.all.latency_ms.at("max") / 2);
    CHECK(report.last_answer_after_stop_ms >=
          600.0); // four times 200 one after the other, less 100
    CHECK(account().acknowledged == 4);
    CHECK(account().balances());
}

TEST_CASE_METHOD(LoadedSite, "web.a pruner reports every row that it deletes")
{
    start({.profile = profile("django")});
    CHECK_THAT(get("/insert_many?id=00000001-00000000&num=1000"),
               Catch::Matchers::StartsWith("HTTP/1.1 200"));
    Companion pruner(database(), profile("django"),
                     {.mode = CompanionMode::pruner, .busy_timeout = 5'000ms}, 2);
    const Deadline deadline = patience();
    while (row_count() == 1000 && !deadline.has_passed()) { // it needs a moment for its first step
    }
    const auto end = pruner.stop();
    CHECK(end.report.pruned >= 500);
    CHECK(end.report.pruned == end.outcomes.pruned.size());
    senders = {{1, {{0, 1000, Outcome::acknowledged}}}, end.outcomes};
    CHECK(account().balances());
    CHECK(account().stored + account().pruned == 1000);
}

TEST_CASE("web.the latencies of all endpoints together are those of each of them")
{
    std::map<Endpoint, RequestEnds> ends;
    for (int ms = 1; ms <= 100; ++ms) {
        RequestEnds& of = ends[ms <= 50 ? Endpoint::read : Endpoint::insert];
        ++of.sent;
        of.ends.push_back({200, 0, double(ms), ms > 1});
    }
    LoadReport report{.duration_s = 2};
    add_up(ends, report);
    CHECK(report.endpoints.size() == 2);
    CHECK(report.endpoints[0].latency_ms.at("max") == 100.0);
    CHECK(report.endpoints[1].latency_ms.at("max") == 50.0);
    CHECK(report.answered_after_stop == 1);
    const EndpointReport& both = report.all;
    CHECK(both.requests_per_second == 49.5);
    CHECK(both.answered == 100);
    CHECK(both.latency_ms.at("p50") == 50.0);
    CHECK(both.latency_ms.at("p99") == 99.0);
    CHECK(both.latency_ms.at("mean") == 50.5);
    CHECK(both.latency_ms.at("max") == 100.0);
}

TEST_CASE("web.a load on nobody is an error and not a row of zeros")
{
    const LoadTask task{.clients = 2, .connect = 300ms, .duration = 1ms};
    const auto begin = std::chrono::steady_clock::now();
    CHECK_THROWS_WITH(run_load(1, task, 1),
                      Catch::Matchers::ContainsSubstring("no client could connect"));
    CHECK(std::chrono::steady_clock::now() - begin >= 300ms); // somebody might have come until then
}

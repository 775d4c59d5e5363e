// Goal:   the server does what its endpoints promise, tells refusals apart, and ends well.
// Method: single requests over a raw connection; locks are held by this process's own connection
//         meanwhile.
#include "fixtures/run/settings.hpp"
#include "fixtures/web/running_site.hpp"
#include "helpers/described/names.hpp"
#include "helpers/sqlite/connection.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <csignal>

using namespace firstlock;
using namespace firstlock::web;
using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::StartsWith;

TEST_CASE_METHOD(RunningSite, "web.each endpoint stores as many rows as its 200 promises")
{
    start({.profile = profile("django"), .server = {.create_user_work = 1ms}});
    std::size_t expected = 0;
    std::uint32_t sequence = 0;
    for_each_value<Endpoint>([&](std::string_view /*name*/, Endpoint endpoint) {
        const Request request{endpoint, RequestId{1, sequence++}, 4};
        CAPTURE(target_of(request));
        CHECK_THAT(get(target_of(request)), StartsWith("HTTP/1.1 200 OK"));
        expected += request.rows();
        CHECK(row_count() == expected);
    });
    CHECK_THAT(get("/count"), ContainsSubstring("\"text\":\"" + std::to_string(expected) + "\""));
    CHECK(server().stop().status.ok());
}

TEST_CASE_METHOD(RunningSite,
                 "web.a peer that speaks HTTP/1.0 is told whether its connection is kept")
{
    start({.profile = profile("django")});
    RawClient client = connect();
    for (int count = 0; count < 2; ++count) {
        client.send("GET /ping HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
        const std::string answer = client.read(patience(), "}");
        CHECK_THAT(answer, StartsWith("HTTP/1.0 200"));
        CHECK_THAT(answer, ContainsSubstring("Connection: keep-alive"));
    }
    client.send("GET /ping HTTP/1.0\r\n\r\n");
    CHECK_THAT(client.read(patience()), StartsWith("HTTP/1.0 200"));
}

TEST_CASE_METHOD(
    RunningSite,
    "web.a locked statement is a 500 with its extended code and another failure is told apart")
{
    start({.profile = profile("sqlite")});
    Connection other(database());
    other.execute("BEGIN IMMEDIATE");
    const std::string locked = get("/insert");
    CHECK_THAT(locked, StartsWith("HTTP/1.1 500"));
    CHECK_THAT(locked, ContainsSubstring(R"("result":"locked","code":5,"stage":"insert")"));
    CHECK_THAT(get("/read_write_transaction_immediate/"), ContainsSubstring(R"("stage":"begin")"));
    CHECK_THAT(get("/read/"), StartsWith("HTTP/1.1 200"));
    other.execute("ROLLBACK");
    CHECK_THAT(get("/insert"), StartsWith("HTTP/1.1 200"));
    other.execute("DROP TABLE messages");
    const std::string failed = get("/insert");
    CHECK_THAT(failed, StartsWith("HTTP/1.1 500"));
    CHECK_THAT(failed, ContainsSubstring(R"("result":"failed","code":1,)"));
    CHECK_THAT(get("/ping"), StartsWith("HTTP/1.1 200"));
}

TEST_CASE_METHOD(RunningSite,
                 "web.ATOMIC_REQUESTS takes back the rows before the one that is refused")
{
    const bool atomic = GENERATE(true, false);
    start({.profile = profile("sqlite"),
           .processes = 1,
           .server = {.atomic_requests = atomic, .threads = 1}});
    // A constraint stands in for a lock, whose moment nobody can choose: both end a request alike.
    Connection(database())
        .execute("CREATE TRIGGER third BEFORE INSERT ON messages WHEN new.msg LIKE '%00000002' "
                 "BEGIN SELECT RAISE(ABORT, 'no third row'); END");
    CHECK_THAT(get("/insert_many?id=00000001-00000001&num=5"), StartsWith("HTTP/1.1 500"));
    CHECK(row_count() == (atomic ? 0 : 2));
}

TEST_CASE_METHOD(RunningSite, "web.a pool that stays empty is a 503 and not a locked database")
{
    start({.profile = profile("django"),
           .processes = 1,
           .server = {.connections = ConnectionPolicy::pool,
                      .pool_size = 1,
                      .pool_wait = 50ms,
                      .threads = 2}});
    Connection other(database(), {.busy_timeout = patience().left()});
    other.execute("BEGIN IMMEDIATE");
    RawClient first = connect();
    RawClient second = connect();
    const std::string insert = "GET /insert HTTP/1.1\r\nHost: x\r\n\r\n";
    first.send(insert);
    second.send(insert);
    // Whichever of them has the one connection waits for the lock; the other is told at once.
    const std::string exhausted = R"({"result":"exhausted")";
    std::string answers;
    for (const Deadline most = patience();
         !most.has_passed() && answers.find(exhausted) == std::string::npos;) {
        answers += first.read(Deadline(20ms), exhausted) + second.read(Deadline(20ms), exhausted);
    }
    CHECK_THAT(answers, ContainsSubstring("HTTP/1.1 503") && ContainsSubstring(exhausted));
    CHECK_THAT(answers, !ContainsSubstring("locked"));
}

namespace {

class StoppingSite : public RunningSite {
  public:
    struct InFlight {
        Connection lock;   ///< what `waiting` waits for, until it is committed
        RawClient waiting; ///< has asked for an insert
        RawClient idle;    ///< has asked for nothing: closed when the server drains
    };
    InFlight start_with_one_in_flight()
    {
        Profile patient = profile("django");
        patient.settings.busy_timeout = 60s;
        start({.profile = patient, .processes = 2});
        // The request that waits takes SHARED for a moment at each attempt, which a COMMIT may
        // meet.
        InFlight now{Connection(database(), {.busy_timeout = patience().left()}), connect(),
                     connect()};
        now.lock.execute("BEGIN IMMEDIATE");
        REQUIRE(now.waiting.send("GET /insert HTTP/1.1\r\nHost: x\r\n\r\n"));
        return now;
    }
    bool accepts()
    {
        try {
            connect();
            return true;
        } catch (const std::system_error&) {
            return false;
        }
    }
};

} // namespace

TEST_CASE_METHOD(StoppingSite,
                 "web.SIGTERM lets a request in flight be answered and takes no new ones")
{
    InFlight now = start_with_one_in_flight();
    server().send(SIGTERM);
    REQUIRE(now.idle.is_closed(patience())); // the server drains by now
    const Deadline refused = patience();
    while (accepts() && !refused.has_passed()) { // until both have closed their sockets
    }
    CHECK_FALSE(accepts());
    now.lock.execute("COMMIT");
    CHECK_THAT(now.waiting.read(patience()),
               StartsWith("HTTP/1.1 200") && ContainsSubstring("Connection: close"));
    const ServerEnd end = server().stop();
    CHECK(end.status.ok());
    CHECK(row_count() == 1);
}

TEST_CASE_METHOD(
    StoppingSite,
    "web.a terminal that is closed or says Ctrl-C lets a request in flight be answered")
{
    const int signal = GENERATE(SIGHUP, SIGINT);
    CAPTURE(signal);
    InFlight now = start_with_one_in_flight();
    server().send(signal);
    REQUIRE(now.idle.is_closed(patience()));
    now.lock.execute("COMMIT");
    CHECK_THAT(now.waiting.read(patience()), StartsWith("HTTP/1.1 200"));
    CHECK(server().stop().status.ok());
}

TEST_CASE_METHOD(StoppingSite,
                 "web.a process of a site that dies is named at its end and the others serve on")
{
    InFlight now = start_with_one_in_flight();
    server().process(0).send(SIGKILL);
    REQUIRE(server().process(0).wait(patience())); // its socket is closed by now
    CHECK_THAT(get("/ping"), StartsWith("HTTP/1.1 200"));
    now.lock.execute("COMMIT");
    CHECK_THAT(get("/insert"), StartsWith("HTTP/1.1 200"));
    const ServerEnd end = server().stop();
    CHECK(end.status.signal == SIGKILL);
    CHECK_FALSE(end.cut_off);
    CHECK(end.requests.size() == 1);
}

TEST_CASE("web.an address that others can reach is refused unless it is allowed")
{
    const ScratchDirectory directory;
    const auto database = directory.path() / "site.db";
    Connection(database).execute("CREATE TABLE messages(ts, msg)");
    for (const char* const address : {"0.0.0.0", "::", "192.0.2.1"}) {
        CAPTURE(address);
        const SiteOptions options{.profile = profile("sqlite"), .server = {.address = address}};
        CHECK_THROWS_WITH(WebServer(database, options),
                          ContainsSubstring("'address'") && ContainsSubstring("allow_remote"));
    }
    WebServer first(database, {.profile = profile("sqlite")});
    const SiteOptions same{.profile = profile("sqlite"), .server = {.port = first.port()}};
    CHECK_THROWS_WITH(WebServer(database, same), ContainsSubstring("in use"));
    CHECK(first.stop().status.ok());
}

// Goal:   whatever peers send, or do not send, the server refuses it with a 4xx or lets go of it,
//         and goes on.
// Method: raw connections that no HTTP client would make; after each, an honest request has to be
//         served.
#include "fixtures/web/running_site.hpp"
#include "helpers/process/limits.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

using namespace firstlock;
using namespace firstlock::web;
using namespace std::chrono_literals;
using Catch::Matchers::StartsWith;

namespace {

class SmallSite : public RunningSite {
  public:
    SmallSite()
    {
        start({.profile = profile("django"),
               .processes = 1,
               .server = {.threads = 2, .header_timeout = 300ms, .body_timeout = 300ms}});
    }
    ~SmallSite()
    {
        CHECK_THAT(get("/insert"), StartsWith("HTTP/1.1 200"));
        const ServerEnd end = server().stop();
        INFO(end.stderr_tail);
        CHECK(end.status.ok());
    }
    SmallSite(const SmallSite&) = delete;
    SmallSite& operator=(const SmallSite&) = delete;
};

std::string with_header(const std::string& header)
{
    return "POST /insert HTTP/1.1\r\nHost: x\r\n" + header + "\r\n\r\n";
}

} // namespace

TEST_CASE_METHOD(SmallSite, "web.a malformed request is a 400")
{
    const std::string zeros(16, '\0');
    for (const std::string& request :
         {std::string("hello\r\n\r\n"), std::string("GET  HTTP/1.1\r\n\r\n"),
          std::string("GET / HTTP/9.9\r\n\r\n"), zeros + "\r\n\r\n",
          with_header("Content-Length: many"), with_header("Content-Length: -1"),
          with_header("no colon"), with_header("Transfer-Encoding: chunked") + "ZZ\r\n",
          with_header("Content-Length: 5\r\nContent-Length: 6")}) {
        CAPTURE(request);
        CHECK_THAT(exchange(request), StartsWith("HTTP/1.1 400"));
    }
    CHECK(row_count() == 0);
}

TEST_CASE_METHOD(SmallSite, "web.an oversized header is a 431 and an oversized body a 413")
{
    CHECK_THAT(exchange(with_header("X: " + std::string(100'000, 'a'))),
               StartsWith("HTTP/1.1 431"));
    CHECK_THAT(exchange("GET /" + std::string(100'000, 'a') + " HTTP/1.1\r\n\r\n"),
               StartsWith("HTTP/1.1 431"));
    CHECK_THAT(exchange(with_header("Content-Length: 99999999999")), StartsWith("HTTP/1.1 413"));
    CHECK_THAT(exchange(with_header("Content-Length: 200000") + std::string(200'000, 'b')),
               StartsWith("HTTP/1.1 413"));
    CHECK_THAT(exchange(with_header("Transfer-Encoding: chunked") + "20000\r\n" +
                        std::string(0x20000, 'c')),
               StartsWith("HTTP/1.1 413"));
    CHECK(row_count() == 0);
}

TEST_CASE_METHOD(SmallSite, "web.a request that makes no sense is a 4xx and its connection is kept")
{
    for (const auto& [request, status] :
         {std::pair<std::string, std::string>{"GET /nowhere", "404"},
          {"GET /insert_many?num=0", "400"},
          {"GET /insert_many?num=1001", "400"},
          {"GET /insert?id=1", "400"},
          {"GET /insert?x=1", "400"},
          {"GET /insert?id=0000000G-00000000", "400"},
          {"DELETE /insert", "405"},
          {"PUT /insert", "405"}}) {
        CAPTURE(request);
        RawClient client = connect();
        client.send(request + " HTTP/1.1\r\nHost: x\r\n\r\n");
        CHECK_THAT(client.read(patience(), "}"), StartsWith("HTTP/1.1 " + status));
        client.send("GET /ping HTTP/1.1\r\nHost: x\r\n\r\n");
        CHECK_THAT(client.read(patience(), "}"), StartsWith("HTTP/1.1 200"));
    }
    CHECK(row_count() == 0);
}

TEST_CASE_METHOD(SmallSite, "web.a request that is never finished is let go of")
{
    for (const std::string& half : {std::string("G"), std::string("GET /insert HTTP/1.1\r\nHost:"),
                                    with_header("Content-Length: 5") + "abc"}) {
        CAPTURE(half);
        RawClient client = connect();
        client.send(half);
        CHECK(client.is_closed(patience()));
    }
    CHECK(row_count() == 0);
}

TEST_CASE_METHOD(SmallSite, "web.clients that vanish leave the server serving")
{
    for (int count = 0; count < 100; ++count) {
        RawClient client = connect();
        client.send("GET /insert HTTP/1.1\r\nHost: x\r\n\r\n");
        client.reset();
    }
    for (int count = 0; count < 100; ++count) {
        connect().send("POST /insert HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc");
    }
    CHECK(row_count() <= 100);
}

TEST_CASE_METHOD(
    RunningSite,
    "web.a thousand idle connections leave the server serving until they are let go of")
{
    make_room_for_children(400); // 1200 descriptors
    start({.profile = profile("django"), .server = {.idle_timeout = 3'000ms}});
    std::vector<RawClient> idle;
    for (int count = 0; count < 1000; ++count) {
        idle.push_back(connect());
        if (count % 2 == 0) {
            idle.back().send("GET /ping HTTP/1.1\r\nHost: x\r\n\r\n"); // kept alive afterwards
        }
    }
    for (int count = 0; count < 20; ++count) {
        CHECK_THAT(get("/insert"), StartsWith("HTTP/1.1 200"));
    }
    for (RawClient& client : idle) {
        REQUIRE(client.is_closed(patience()));
    }
    CHECK(row_count() == 20);
    CHECK(server().stop().status.ok());
}

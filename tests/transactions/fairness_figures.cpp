// Goal:   the figures that the fairness table stands on.
// Method: crowds drawn by hand, small enough to be counted on one's fingers.
#include "helpers/requests/summary.hpp"
#include "helpers/statistics/fairness.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>

#include <stdexcept>

using namespace firstlock;
using Catch::Matchers::WithinAbs;

TEST_CASE("transactions.Jain's index is 1 for equal shares and 1 in n when one gets all")
{
    CHECK_THAT(jain_index({3, 3, 3, 3}), WithinAbs(1, 1e-12));
    CHECK_THAT(jain_index({8, 0, 0, 0}), WithinAbs(0.25, 1e-12));
    CHECK_THAT(jain_index({1, 3}), WithinAbs(0.8, 1e-12));
    CHECK_THAT(jain_index({0, 0}), WithinAbs(1, 1e-12));
    CHECK_THROWS_AS(jain_index({}), std::invalid_argument);
}

TEST_CASE("transactions.a queue serves the oldest first and a stack the youngest")
{
    const ServiceOrder queue = service_order({{0, 10, true}, {1, 20, true}, {2, 30, true}});
    CHECK(queue.turns == 2); // the last one waits alone
    CHECK_THAT(queue.oldest_first_share, WithinAbs(1, 1e-12));
    CHECK_THAT(queue.oldest_rank, WithinAbs(0, 1e-12));

    const ServiceOrder stack = service_order({{0, 30, true}, {1, 20, true}, {2, 10, true}});
    CHECK_THAT(stack.oldest_first_share, WithinAbs(0, 1e-12));
    CHECK_THAT(stack.oldest_rank, WithinAbs(1, 1e-12));
    CHECK_THAT(stack.overtaken_max, WithinAbs(2, 1e-12));
}

TEST_CASE("transactions.those who are refused wait but take no turn")
{
    const ServiceOrder order = service_order({{0, 20, false}, {1, 10, true}, {2, 30, true}});
    CHECK(order.turns == 1);
    CHECK_THAT(order.oldest_rank, WithinAbs(0.5, 1e-12));
    CHECK_THAT(order.overtaken_max, WithinAbs(1, 1e-12));
}

TEST_CASE("transactions.latency counts from the intended start and failures count apart")
{
    const std::int64_t ms = 1'000'000;
    RequestReport late{
        .kind = Kind::write, .intended_ns = 0, .start_ns = 90 * ms, .end_ns = 100 * ms};
    RequestReport refused{.kind = Kind::write,
                          .intended_ns = 0,
                          .start_ns = 0,
                          .end_ns = 20 * ms,
                          .code = 5,
                          .stage = "write",
                          .row = "locked",
                          .refused_took_ns = 19 * ms};
    const auto kinds = kind_summaries({{{late, refused}, 0}}, 2.0, std::chrono::milliseconds(20));

    REQUIRE(kinds.size() == 2); // write, and all
    CHECK(kinds[0].at("requests") == 2);
    CHECK(kinds[0].at("failures") == 1);
    CHECK(kinds[0].at("starved") == 1); // 19 of 20 ms are 0.95
    CHECK_THAT(kinds[0].at("max_ms").get<double>(), WithinAbs(100, 1e-9));
    CHECK_THAT(kinds[0].at("avg_ms").get<double>(), WithinAbs(60, 1e-9));
    CHECK_THAT(kinds[0].at("requests_per_second").get<double>(), WithinAbs(1, 1e-9));
    CHECK(kinds[0].at("codes").at("5") == 1);
    CHECK(kinds[1].at("kind") == "all");
}

TEST_CASE("transactions.a report of a request reads back as it was written")
{
    const RequestReport report{.kind = Kind::chain,
                               .intended_ns = 1,
                               .start_ns = 2,
                               .end_ns = 3,
                               .code = 517,
                               .stage = "write",
                               .message = "x",
                               .row = "locked",
                               .attempts = 4,
                               .slept_us = 5,
                               .refused_sleeps = 6,
                               .refused_slept_us = 7,
                               .refused_took_ns = 8};
    CHECK(format(request_from(format(report))) == format(report));
    CHECK(request_from(format(report)).refused_slept_us == 7);
    CHECK_THROWS_AS(request_from("firstlock request {}"), std::runtime_error);
    CHECK_THROWS_AS(request_from("noise"), std::runtime_error);
}

// Goal:   the figures that the fairness table stands on.
// Method: crowds drawn by hand, small enough to be counted on one's fingers.
#include "helpers/described/task.hpp"
#include "helpers/requests/request_summary.hpp"
#include "helpers/statistics/fairness.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <stdexcept>

using namespace firstlock;
using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;
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
    const RequestReport late{
        .kind = RequestKind::write, .intended = 0ms, .start = 90ms, .end = 100ms};
    const RequestReport refused{.kind = RequestKind::write,
                                .intended = 0ms,
                                .start = 0ms,
                                .end = 20ms,
                                .code = 5,
                                .stage = "write",
                                .row = Outcome::locked,
                                .refused_took_ns = 19'000'000};
    const auto kinds = kind_figures({{{late, refused}, 0}}, 2.0, 20ms);

    REQUIRE(kinds.size() == 2); // write, and all
    CHECK(kinds[0].requests == 2);
    CHECK(kinds[0].failures == 1);
    CHECK(kinds[0].starved == 1); // 19 of 20 ms are 0.95
    CHECK_THAT(kinds[0].max_ms, WithinAbs(100, 1e-9));
    CHECK_THAT(kinds[0].avg_ms, WithinAbs(60, 1e-9));
    CHECK_THAT(kinds[0].requests_per_second, WithinAbs(1, 1e-9));
    CHECK(kinds[0].codes.at("5") == 1);
    CHECK(kinds[1].kind == "all");
}

TEST_CASE("transactions.a report of a request reads back as it was written")
{
    const RequestReport report{.kind = RequestKind::create_user,
                               .intended = 1ns,
                               .start = 2ns,
                               .end = 3ns,
                               .code = 517,
                               .stage = "write",
                               .message = "x",
                               .row = Outcome::locked,
                               .slept_us = 5,
                               .refused_sleeps = 6,
                               .refused_slept_us = 7,
                               .refused_took_ns = 8};
    const std::string line = json_text(UserRequests{{report}, 3});
    const auto read = task_from<UserRequests>(line);
    CHECK(json_text(read) == line);
    CHECK(read.unstarted == 3);
    CHECK(read.requests.at(0).refused_slept_us == 7);
    for (const char* const wrong : {R"({"requests":[{}],"unstarted":0})", "noise"}) {
        CHECK_THROWS_AS(task_from<UserRequests>(wrong), JsonError);
    }
}

TEST_CASE("transactions.a task with a key that is missing or unknown is refused by its name")
{
    const std::string task = json_text(UserTask{.row_namespace = "x"});
    CHECK(json_text(task_from<UserTask>(task)) == task);
    const auto [from, to, named] = GENERATE(table<std::string, std::string, std::string>(
        {{"\"pace\":0,", "", "'pace' is missing"},
         {"\"pace\":0,", "\"pace\":0,\"haste\":1,", "no key 'haste'"},
         {"\"kinds\":[]", "\"kinds\":[\"reed\"]", "'reed'"}}));
    std::string changed = task;
    changed.replace(changed.find(from), from.size(), to);
    CHECK_THROWS_WITH(task_from<UserTask>(changed), ContainsSubstring(named));
}

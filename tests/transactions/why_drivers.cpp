// Goal:   for drivers of other languages the observer and their own reports are enough: a long holder
//         has its pid and command, and a crowd in rollback is waiters asleep.
// Method: the writers of the README, in shell, Python and Node, in real trials: beside a process that
//         keeps its transaction open, and as a crowd under a short timeout.
#include "fixtures/table/matchers.hpp"
#include "fixtures/transactions/session.hpp"
#include "tests/trust/readme_writers.hpp"

#include <catch2/catch_test_macros.hpp>

#include <csignal>
#include <future>

using namespace firstlock;
using namespace std::chrono_literals;

namespace {

class ReadmeWriters : public FreshTable {
  public:
    void check(const std::string& language)
    {
        const std::string command = readme_writer(language, directory());
        const TrialOptions options{.writer = Command{"/bin/sh", {"-c", "exec " + command}, {}},
                                   .recorded = Recorded::nowhere};
        use(with_timeout(profile("rollback"), 1s));
        {
            Session holder(database());
            holder.begin_writing();
            auto running = std::async(std::launch::async,
                                      [&] { return insert_in_parallel(example_rows(2), options); });
            running.wait_for(4s);
            holder.send(SIGKILL);
            const Trial trial = running.get();
            INFO(trial.story());
            CHECK(trial.locked == 2);
            REQUIRE(trial.why);
            CHECK(trial.why->source == "observer");
            CHECK(trial.why->reason == Reason::one_long_holder);
            CHECK(trial.why->locked_writers.at(0).longest->pid == holder.pid());
        }
        constexpr std::size_t crowd = 150;
        FreshTable table;
        table.use(with_timeout(profile("rollback"), 1s));
        const Trial trial = table.insert_in_parallel(example_rows(crowd), options);
        INFO(trial.story());
        CHECK(trial.verdict == Verdict::locked);
        REQUIRE(trial.why);
        CHECK(trial.why->reason == Reason::waiters_asleep);
        CHECK_FALSE(trial.why->handed_over);
    }
};

} // namespace

TEST_CASE_METHOD(ReadmeWriters, "transactions.why: the shell writer's locks are explained from "
                                "outside")
{
    check("sh");
}

TEST_CASE_METHOD(ReadmeWriters, "transactions.why: the Python writer's locks are explained from "
                                "outside")
{
    check("python");
}

TEST_CASE_METHOD(ReadmeWriters, "transactions.why: the Node writer's locks are explained from "
                                "outside")
{
    check("node");
}

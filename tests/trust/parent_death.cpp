// Goal:   whatever ends the suite, no writer writes after it, none is left over, and nothing hangs.
// Method: a second process of this executable has five writers at the gate, or past it, and gets
//         SIGKILL, SIGINT (Ctrl-C) or SIGTERM. The writers are watched from before, and the table
//         is read afterwards.
#include "fixtures/run/settings.hpp"
#include "fixtures/table/fresh_table.hpp"
#include "helpers/process/interrupt.hpp"
#include "helpers/sqlite/connection.hpp"
#include "tests/trust/process_watch.hpp"
#include "tests/trust/readme_writers.hpp"
#include "tests/trust/second_self.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <sstream>

using namespace firstlock;
using namespace std::chrono_literals;

TEST_CASE("helper.a process with five writers", "[.]")
{
    const std::string writer = handed_over("WRITER");
    const std::string gate = handed_over("GATE");
    WriterPool pool({.writer = writer == "own"     ? own_writer()
                               : writer == "rogue" ? rogue_writer("hangs_after_gate")
                                                   : shell_writer(writer),
                     .database = handed_over("DATABASE"),
                     .settings = profile("rollback").settings,
                     .deadlines = deadlines_for(5, 5s)},
                    example_rows(5));
    pool.start();
    REQUIRE(pool.await_ready());
    std::string pids;
    for (const pid_t pid : pool.pids()) {
        pids += std::to_string(pid) + " ";
    }
    if (gate == "open") {
        pool.release();
    }
    tell("pids", pids);
    // So that a signal comes amid an allocation. Blocks of this size are beyond the allocator's
    // cache of each thread: each takes its lock.
    while (gate == "busy") {
        void* volatile block = std::malloc(5000);
        std::free(block);
    }
    std::string line;
    std::getline(std::cin, line); // until a signal, or the end of the case that started this
    if (line == "go on") {
        pool.release();
        pool.join();
        const auto& writers = pool.result().writers;
        tell("acknowledged", std::to_string(std::count_if(
                                 writers.begin(), writers.end(), [](const WriterResult& each) {
                                     return each.outcome == Outcome::acknowledged;
                                 })));
    }
}

namespace {

/// Catch2 fixture: the second process, the watches on its writers, and the table that they were to
/// write to.
class EndOfParent {
  public:
    SecondSelf& start(const std::string& writer, const std::string& gate)
    {
        make_table(database(), profile("rollback"));
        parent_ = std::make_unique<SecondSelf>(
            "helper.a process with five writers",
            std::vector<std::string>{"HARNESS_WRITER=" + writer, "HARNESS_GATE=" + gate,
                                     "HARNESS_DATABASE=" + database().string()});
        std::istringstream pids(parent_->expect("pids"));
        for (pid_t pid = 0; pids >> pid;) {
            writers_.emplace_back(pid);
        }
        REQUIRE(writers_.size() == 5);
        return *parent_;
    }

    void check_ended_by(int signal)
    {
        parent_->child().send(signal);
        CHECK(parent_->end().signal == signal);
        const Deadline deadline(settings().scaled(10s));
        for (const ProcessWatch& writer : writers_) {
            CAPTURE(writer.pid());
            CHECK(writer.ended_by(deadline));
        }
        Connection connection(database());
        CHECK(connection.integer("SELECT count(*) FROM messages") == 0);
    }

    std::filesystem::path database() const { return directory_.path() / "table.db"; }
    const std::filesystem::path& directory() const { return directory_.path(); }

  private:
    ScratchDirectory directory_;
    std::unique_ptr<SecondSelf> parent_;
    std::vector<ProcessWatch> writers_;
};

} // namespace

TEST_CASE_METHOD(EndOfParent,
                 "harness.parent death: an end before the gate leaves no row and no orphan")
{
    const auto [writer, signal] = GENERATE(table<std::string, int>(
        {{"own", SIGKILL}, {"sh", SIGKILL}, {"own", SIGINT}, {"sh", SIGINT}, {"own", SIGTERM}}));
    CAPTURE(writer, signal);
    start(writer == "sh" ? readme_writer("sh", directory()) : writer, "shut");
    check_ended_by(signal);
}

TEST_CASE_METHOD(
    EndOfParent,
    "harness.parent death: Ctrl-C and SIGTERM and SIGHUP behind the gate kill writers that hang")
{
    start("rogue", "open");
    check_ended_by(GENERATE(SIGINT, SIGTERM, SIGHUP));
}

TEST_CASE_METHOD(EndOfParent, "harness.parent death: a signal amid an allocation ends it too")
{
    const int attempt = GENERATE(range(0, 5)); // not each signal finds the allocator at work
    CAPTURE(attempt);
    start("rogue", "busy");
    check_ended_by(SIGTERM);
}

TEST_CASE_METHOD(EndOfParent,
                 "harness.parent death: an ignored SIGHUP stays ignored and harms no writer")
{
    const auto former = std::signal(SIGHUP, SIG_IGN); // as nohup does, and handed down
    SecondSelf& parent = start("own", "shut");
    std::signal(SIGHUP, former);
    parent.child().send(SIGHUP);
    parent.child().write("go on\n");
    CHECK(parent.expect("acknowledged") == "5");
    CHECK(parent.end().ok());
}

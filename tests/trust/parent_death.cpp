// Goal:   whatever ends the suite, no writer writes after it, none is left over, and nothing hangs.
// Method: a second process of this executable has writers at the gate, or past it, and gets a signal
//         that it can handle, or SIGKILL, as from a timeout of CTest. The writers are watched from
//         before, and the table is read afterwards. Where honest ones have heard `go`, this process
//         holds its lock, so that all of them are at work for longer than the case waits for their
//         end.
#include "fixtures/run/case_log.hpp"
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
#include <catch2/matchers/catch_matchers_string.hpp>

#include <sys/resource.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <memory>
#include <optional>
#include <sstream>

using namespace firstlock;
using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;

TEST_CASE("helper.a process with writers", "[.]")
{
    const rlimit no_core{0, 0};
    ::setrlimit(RLIMIT_CORE, &no_core);
    const auto count = std::stoul(handed_over("WRITERS"));
    const std::string writer = handed_over("WRITER");
    const std::string gate = handed_over("GATE");
    WriterPool pool({.writer = writer == "own"     ? own_writer()
                               : writer == "rogue" ? rogue_writer("hangs_after_gate")
                                                   : shell_writer(writer),
                     .database = handed_over("DATABASE"),
                     .settings = with_timeout(profile("rollback"), 1h).settings,
                     .deadlines = deadlines_for(count, 5s)},
                    example_rows(count));
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
    EndOfParent() { make_table(database(), profile("rollback")); }

    SecondSelf& start(const std::string& writer, const std::string& gate, std::size_t count = 5)
    {
        parent_ = std::make_unique<SecondSelf>(
            "helper.a process with writers",
            std::vector<std::string>{"HARNESS_WRITER=" + writer, "HARNESS_GATE=" + gate,
                                     "HARNESS_WRITERS=" + std::to_string(count),
                                     "HARNESS_DATABASE=" + database().string()});
        std::istringstream pids(parent_->expect("pids"));
        for (pid_t pid = 0; pids >> pid;) {
            writers_.emplace_back(pid);
        }
        REQUIRE(writers_.size() == count);
        return *parent_;
    }

    /// Also of the process whose number is in `file`.
    void watch(const std::filesystem::path& file)
    {
        pid_t pid = 0;
        std::ifstream(file) >> pid;
        REQUIRE(pid > 0);
        writers_.emplace_back(pid);
    }

    /// So that writers that have heard `go` are at work until check_ended_by() has seen their end.
    void hold_lock()
    {
        holder_.emplace(database());
        holder_->execute("BEGIN IMMEDIATE");
    }

    void check_ended_by(int signal)
    {
        parent_->child().send(signal);
        CHECK(parent_->end().signal == signal);
        CHECK_THAT(parent_->child().stderr_tail(),
                   ContainsSubstring(signal == SIGKILL ? "" : "firstlock: ended by a signal"));
        const Deadline deadline(settings().scaled(10s));
        for (const ProcessWatch& writer : writers_) {
            CAPTURE(writer.pid());
            CHECK(writer.ended_by(deadline));
        }
        if (holder_) {
            holder_->execute("COMMIT"); // or none could have inserted
        }
        Connection connection(database());
        CHECK(connection.integer("SELECT count(*) FROM messages") == 0);
    }

    std::filesystem::path database() const { return directory_.path() / "table.db"; }
    const std::filesystem::path& directory() const { return directory_.path(); }

  private:
    ScratchDirectory directory_;
    std::optional<Connection> holder_;
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

TEST_CASE_METHOD(EndOfParent,
                 "harness.parent death: a signal after the gate opened kills writers that hang")
{
    start("rogue", "open");
    check_ended_by(GENERATE(SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGKILL));
}

TEST_CASE_METHOD(EndOfParent, "harness.parent death: none of a crowd outlives the SIGKILL of it")
{
    hold_lock();
    start("own", "open", 120);
    check_ended_by(SIGKILL);
}

TEST_CASE_METHOD(EndOfParent, "harness.parent death: the README's drivers do not outlive it")
{
    const std::string language = GENERATE("sh", "python");
    CAPTURE(language);
    hold_lock();
    start(readme_writer(language, directory()), "open");
    check_ended_by(SIGKILL);
}

TEST_CASE_METHOD(EndOfParent, "harness.parent death: what a writer has started does not outlive it")
{
    const auto noted = directory() / "grandchild-";
    start("sh -c 'sleep 1000000 & echo $! > \"$0$FIRSTLOCK_TASK_INDEX\"; echo firstlock ready; "
          "read go; wait' " +
              shell_quoted(noted.string()),
          "open");
    for (const char index : {'0', '1', '2', '3', '4'}) {
        watch(noted.string() + index);
    }
    check_ended_by(SIGKILL);
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

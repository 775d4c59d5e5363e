// Goal:   M beyond what the system lets a process have ends with a message that says which limit,
//         its value, what was needed and what to do; no writer is left over, and the parent lives
//         on.
// Method: a second process of this executable lowers its own limits and then asks for too many
//         writers. Root is not bound by the limit of processes, so there it turns into the user
//         nobody first; any other user may have more processes already than such a limit allows.
#include "fixtures/run/case_log.hpp"
#include "fixtures/run/settings.hpp"
#include "fixtures/run/unprivileged.hpp"
#include "fixtures/search/first_lock.hpp"
#include "fixtures/table/matchers.hpp"
#include "helpers/process/descriptor.hpp"
#include "tests/trust/one_rogue.hpp"
#include "tests/trust/readme_writers.hpp"
#include "tests/trust/second_self.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <vector>

using namespace firstlock;
using Catch::Matchers::ContainsSubstring;

// Asks for too many writers and tells what it came to, and then the same of a few once more.
TEST_CASE("helper.a process under a limit", "[.]")
{
    const bool is_of_processes = handed_over("LIMIT_OF") == "processes";
    if (is_of_processes) {
        become_unprivileged();
    }
    std::vector<Descriptor> own(std::stoul(handed_over("OWN_DESCRIPTORS")));
    for (Descriptor& descriptor : own) {
        descriptor.reset(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    }
    const std::filesystem::path& directory = settings().directory;
    const TrialTable table{directory / "table.db", profile("rollback")};
    make_table(table.database, table.profile);
    const auto ask_for = [&](std::size_t writers) -> std::string {
        try {
            const Command writer{handed_over("WRITER"), {}, {}};
            const Trial trial = run_trial(table, example_rows(writers), {.writer = writer});
            return std::string(name_of(trial.verdict));
        } catch (const std::runtime_error& error) {
            return error.what();
        }
    };
    const auto resource = is_of_processes ? RLIMIT_NPROC : RLIMIT_NOFILE;
    rlimit before{};
    REQUIRE(::getrlimit(resource, &before) == 0);
    const rlim_t value = std::stoul(handed_over("LIMIT"));
    const rlimit lowered{value, is_of_processes ? before.rlim_max : value};
    REQUIRE(::setrlimit(resource, &lowered) == 0);
    tell("message", ask_for(std::stoul(handed_over("WRITERS"))));
    if (is_of_processes) { // a hard limit once lowered stays
        REQUIRE(::setrlimit(resource, &before) == 0);
    }
    tell("then", ask_for(5));
    check_no_child_left(); // after the last pool: nobody might not reach another guardian
}

TEST_CASE("helper.a search under a limit of processes", "[.]")
{
    become_unprivileged();
    const rlimit lowered{40, 40};
    REQUIRE(::setrlimit(RLIMIT_NPROC, &lowered) == 0);
    const SearchState found = search_first_lock(
        profile("recommended"), {.writers_max = 64, .trials_max = 9, .budget_s = 600});
    tell("trials",
         std::to_string(found.trials) + ", no lock up to " + std::to_string(found.max_writers));
    check_no_child_left();
}

namespace {

struct Limit {
    std::string of;
    int value;
    int writers = 40;
    int own_descriptors = 0; ///< of the parent
};

/// The limit counts all that a user runs, which of an ordinary one is not for us to know.
void skip_unless_nobody_else_has_processes()
{
    if (::geteuid() != 0) {
        SKIP("only root can become a user of whom nothing else runs");
    }
}

/// What the parent is told under such a limit, and what a few writers come to then.
void expect(const Limit& limit, const std::vector<std::string>& in_message,
            const std::string& then = "stored")
{
    const UnprivilegedDirectory directory;
    auto variables = directory.handed_over();
    variables.insert(variables.end(),
                     {"HARNESS_LIMIT_OF=" + limit.of,
                      "HARNESS_LIMIT=" + std::to_string(limit.value),
                      "HARNESS_WRITERS=" + std::to_string(limit.writers),
                      "HARNESS_OWN_DESCRIPTORS=" + std::to_string(limit.own_descriptors)});
    SecondSelf self("helper.a process under a limit", variables);
    const std::string message = self.expect("message");
    for (const std::string& part : in_message) {
        CHECK_THAT(message, ContainsSubstring(part));
    }
    CHECK_THAT(self.expect("then"), ContainsSubstring(then));
    CHECK(self.end().ok());
}

} // namespace

TEST_CASE("harness.limits: too few descriptors are named with limit and need and remedy")
{
    expect({.of = "descriptors", .value = 100},
           {"40 writers need 184 open descriptors, and the hard limit is 100", "ulimit -Hn 184",
            "at most 12 writers"});
}

TEST_CASE("harness.limits: a table that fills up on the way leaves no writer over")
{
#ifdef __SANITIZE_ADDRESS__
    SKIP("UBSan, which takes descriptors when an exception is copied, reports it where none is "
         "left");
#endif
    // What 40 writers need, were those of the parent not there.
    expect({.of = "descriptors", .value = 190, .own_descriptors = 100},
           {"writer ", " of 40: cannot ", "the limit on open descriptors is 190"});
}

TEST_CASE("harness.limits: a limit below our own need lets no writer fit")
{
    expect({.of = "descriptors", .value = 50, .writers = 5},
           {"the hard limit is 50", "at most 0 writers"}, "at most 0 writers");
}

TEST_CASE(
    "harness.limits: too few processes are named with limit and remedy and leave no writer over",
    "[nobody]")
{
    skip_unless_nobody_else_has_processes();
    expect({.of = "processes", .value = 6},
           {"writer ", " of 40: cannot start", "the process limit is 6 for this user (ulimit -u",
            "ask for fewer writers"});
}

TEST_CASE("harness.limits: a search goes on with as many writers as there may be and says so",
          "[nobody]")
{
    skip_unless_nobody_else_has_processes();
    const UnprivilegedDirectory directory;
    auto variables = directory.handed_over();
    variables.push_back("FIRSTLOCK_WRITER=" + shell_quoted(directory.writer().string()));
    variables.push_back("ASAN_OPTIONS=detect_leaks=0"); // which takes a process more for each
    SecondSelf self("helper.a search under a limit of processes", variables);
    const std::string said = self.expect("  up to");
    const int room = std::stoi(said);
    CHECK(room >= 16); // the scan doubles: that many had been there before
    CHECK(room < 40);
    CHECK_THAT(said, ContainsSubstring("writers from here on: writer ") &&
                         ContainsSubstring(" of 64: cannot start") &&
                         ContainsSubstring("the process limit is 40 for this user"));
    CHECK(self.expect("trials") == "9, no lock up to " + std::to_string(room));
    CHECK(self.end().ok());
}

TEST_CASE("harness.limits: a search goes on below what there was room for before", "[nobody]")
{
    skip_unless_nobody_else_has_processes();
    if (!succeeds("command -v prlimit")) {
        SKIP("this machine lacks the prlimit command");
    }
    const UnprivilegedDirectory directory;
    auto variables = directory.handed_over();
    variables.push_back("FIRSTLOCK_WRITER=sh -c '[ $FIRSTLOCK_TASK_INDEX -ne 31 ] || prlimit --pid "
                        "$PPID --nproc=12; exec \"$0\"' " +
                        shell_quoted(directory.writer().string()));
    variables.push_back("ASAN_OPTIONS=detect_leaks=0"); // which takes a process more for each
    SecondSelf self("helper.a search under a limit of processes", variables);
    const std::string said = self.expect("  up to");
    const int room = std::stoi(said);
    CHECK(room < 12);
    CHECK_THAT(said, ContainsSubstring("the process limit is 12 for this user"));
    CHECK_THAT(self.expect("trials"), ContainsSubstring("no lock up to " + std::to_string(room)));
    CHECK(self.end().ok());
}

TEST_CASE("harness.limits: an ignored SIGCHLD that was inherited hides no exit status")
{
    std::signal(SIGCHLD, SIG_IGN); // which a parent of children sets right
    CHECK_THAT(unrecorded_trial(profile("rollback"), own_writer(), 5), AllRowsStored());
}

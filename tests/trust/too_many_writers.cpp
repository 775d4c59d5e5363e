// Goal:   M beyond what the system lets a process have ends with a message that says which limit,
//         its value, what was needed and what to do; no writer is left over, and the parent lives
//         on.
// Method: a second process of this executable lowers its own limits and then asks for too many
//         writers. Root is not bound by the limit of processes, so there it turns into the user
//         nobody first.
#include "fixtures/run/settings.hpp"
#include "fixtures/run/unprivileged.hpp"
#include "helpers/described/names.hpp"
#include "helpers/process/descriptor.hpp"
#include "helpers/process/limits.hpp"
#include "tests/trust/one_rogue.hpp"
#include "tests/trust/second_self.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <fcntl.h>
#include <sys/resource.h>

#include <csignal>
#include <vector>

using namespace firstlock;
using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;

namespace {

void set_limit(auto resource, rlim_t value, bool hard)
{
    rlimit limit{};
    REQUIRE(::getrlimit(resource, &limit) == 0);
    limit.rlim_cur = value;
    limit.rlim_max = hard ? value : limit.rlim_max;
    REQUIRE(::setrlimit(resource, &limit) == 0);
}

/// Asks for too many writers, tells the message, and then whether a few can be had once more.
void ask_for_too_many(auto resource, rlim_t value, std::size_t writers)
{
    rlimit before{};
    REQUIRE(::getrlimit(resource, &before) == 0);
    const std::filesystem::path directory = handed_over("DIRECTORY");
    const Profile& rollback = profile("rollback");
    make_table(directory / "table.db", rollback);
    const TrialTable table{directory / "table.db", rollback};
    const TrialOptions options{.writer = Command{directory / "writer", {}, {}}};
    set_limit(resource, value, resource == RLIMIT_NOFILE);
    try {
        run_trial(table, example_rows(writers), options);
        tell("message", "none");
    } catch (const std::runtime_error& error) {
        tell("message", error.what());
    }
    check_no_child_left();
    if (resource != RLIMIT_NOFILE) { // a hard limit once lowered stays
        set_limit(resource, before.rlim_cur, false);
    }
    tell("verdict", std::string(name_of(run_trial(table, example_rows(5), options).verdict)));
}

} // namespace

TEST_CASE("helper.a process with few descriptors", "[.]")
{
    ask_for_too_many(RLIMIT_NOFILE, 100, 40);
}

TEST_CASE("helper.a process of a user with few processes", "[.]")
{
    become_unprivileged();
    ask_for_too_many(RLIMIT_NPROC, 6, 40);
}

TEST_CASE("helper.a process whose own descriptors fill its table", "[.]")
{
    std::vector<Descriptor> own(100);
    for (Descriptor& descriptor : own) {
        descriptor.reset(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    }
    ask_for_too_many(RLIMIT_NOFILE, 190, 40); // what 40 writers need, were those not there
}

TEST_CASE("helper.a process with hardly any descriptors", "[.]")
{
    set_limit(RLIMIT_NOFILE, 50, true);
    try {
        make_room_for_children(5);
    } catch (const LimitError& error) {
        tell("message", error.what());
    }
}

TEST_CASE("helper.a parent that inherited an ignored SIGCHLD", "[.]")
{
    std::signal(SIGCHLD, SIG_IGN);
    tell("verdict",
         std::string(name_of(unrecorded_trial(profile("rollback"), own_writer(), 5).verdict)));
}

TEST_CASE("harness.limits: too few descriptors are named with limit and need and remedy")
{
    const UnprivilegedDirectory directory;
    SecondSelf self("helper.a process with few descriptors", directory.handed_over());
    CHECK_THAT(
        self.expect("message"),
        ContainsSubstring("40 writers need 184 open descriptors, and the hard limit is 100") &&
            ContainsSubstring("ulimit -Hn 184") && ContainsSubstring("at most 12 writers"));
    CHECK(self.expect("verdict") == "stored");
    CHECK(self.end().ok());
}

TEST_CASE("harness.limits: a table that fills up on the way leaves no writer over")
{
    const UnprivilegedDirectory directory;
    SecondSelf self("helper.a process whose own descriptors fill its table",
                    directory.handed_over());
    CHECK_THAT(self.expect("message"),
               ContainsSubstring("writer ") && ContainsSubstring(" of 40: cannot ") &&
                   ContainsSubstring("the limit of open descriptors is 190"));
    CHECK(self.expect("verdict") == "stored");
    CHECK(self.end().ok());
}

TEST_CASE("harness.limits: a limit below our own need lets no writer fit")
{
    const UnprivilegedDirectory directory;
    SecondSelf self("helper.a process with hardly any descriptors", directory.handed_over());
    CHECK_THAT(self.expect("message"),
               ContainsSubstring("the hard limit is 50") && ContainsSubstring("at most 0 writers"));
    CHECK(self.end().ok());
}

TEST_CASE(
    "harness.limits: too few processes are named with limit and remedy and leave no writer over")
{
    const UnprivilegedDirectory directory;
    SecondSelf self("helper.a process of a user with few processes", directory.handed_over());
    const std::string message = self.expect("message");
    CHECK_THAT(message,
               ContainsSubstring("writer ") && ContainsSubstring(" of 40: cannot start") &&
                   ContainsSubstring("the limit of processes is 6 for this user (ulimit -u") &&
                   ContainsSubstring("ask for fewer writers"));
    CHECK(self.expect("verdict") == "stored");
    CHECK(self.end().ok());
}

TEST_CASE("harness.limits: an ignored SIGCHLD that was inherited hides no exit status")
{
    const UnprivilegedDirectory directory;
    SecondSelf self("helper.a parent that inherited an ignored SIGCHLD", directory.handed_over());
    CHECK(self.expect("verdict") == "stored");
    CHECK(self.end().ok());
}

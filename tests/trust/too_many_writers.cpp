// Goal:   M beyond what the system lets a process have ends with a message that says which limit,
//         its value, what was needed and what to do; no writer is left over, and the parent lives
//         on.
// Method: a second process of this executable lowers its own limits and then asks for too many
//         writers. Root is not bound by the limit of processes, so there it turns into the user
//         nobody first.
#include "fixtures/run/settings.hpp"
#include "fixtures/run/unprivileged.hpp"
#include "fixtures/table/matchers.hpp"
#include "helpers/process/descriptor.hpp"
#include "tests/trust/one_rogue.hpp"
#include "tests/trust/second_self.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <fcntl.h>
#include <sys/resource.h>

#include <csignal>
#include <vector>

using namespace firstlock;
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

/// Asks for too many writers and tells what it came to, and then the same of a few once more.
void ask_for_too_many(auto resource, rlim_t value, std::size_t writers)
{
    rlimit before{};
    REQUIRE(::getrlimit(resource, &before) == 0);
    const std::filesystem::path directory = handed_over("DIRECTORY");
    const TrialTable table{directory / "table.db", profile("rollback")};
    make_table(table.database, table.profile);
    const auto ask_for = [&](std::size_t count) {
        try {
            return std::string(name_of(run_trial(table, example_rows(count),
                                                 {.writer = Command{directory / "writer", {}, {}}})
                                           .verdict));
        } catch (const std::runtime_error& error) {
            return std::string(error.what());
        }
    };
    set_limit(resource, value, resource == RLIMIT_NOFILE);
    tell("message", ask_for(writers));
    check_no_child_left();
    if (resource != RLIMIT_NOFILE) { // a hard limit once lowered stays
        set_limit(resource, before.rlim_cur, false);
    }
    tell("then", ask_for(5));
}

/// What a process with such limits is told, and what a few writers come to then.
void expect(const std::string& hidden_case, const std::vector<std::string>& in_message,
            const std::string& then = "stored")
{
    const UnprivilegedDirectory directory;
    SecondSelf self(hidden_case, directory.handed_over());
    const std::string message = self.expect("message");
    for (const std::string& part : in_message) {
        CHECK_THAT(message, ContainsSubstring(part));
    }
    CHECK_THAT(self.expect("then"), ContainsSubstring(then));
    CHECK(self.end().ok());
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
    ask_for_too_many(RLIMIT_NOFILE, 50, 5);
}

TEST_CASE("harness.limits: too few descriptors are named with limit and need and remedy")
{
    expect("helper.a process with few descriptors",
           {"40 writers need 184 open descriptors, and the hard limit is 100", "ulimit -Hn 184",
            "at most 12 writers"});
}

TEST_CASE("harness.limits: a table that fills up on the way leaves no writer over")
{
    expect("helper.a process whose own descriptors fill its table",
           {"writer ", " of 40: cannot ", "the limit of open descriptors is 190"});
}

TEST_CASE("harness.limits: a limit below our own need lets no writer fit")
{
    expect("helper.a process with hardly any descriptors",
           {"the hard limit is 50", "at most 0 writers"}, "at most 0 writers");
}

TEST_CASE(
    "harness.limits: too few processes are named with limit and remedy and leave no writer over")
{
    expect("helper.a process of a user with few processes",
           {"writer ", " of 40: cannot start",
            "the limit of processes is 6 for this user (ulimit -u", "ask for fewer writers"});
}

TEST_CASE("harness.limits: an ignored SIGCHLD that was inherited hides no exit status")
{
    std::signal(SIGCHLD, SIG_IGN); // which a parent of children sets right
    CHECK_THAT(unrecorded_trial(profile("rollback"), own_writer(), 5), AllRowsStored());
}

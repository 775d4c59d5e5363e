// Goal:   a child has its own three streams and nothing else of this process, and starting it changes
//         nothing here, however many descriptors are open and wherever in the table its streams come
//         to lie.
// Method: a shell that lists what it has open, beside descriptors of ours that an exec would pass on.
#include "helpers/process/line_child.hpp"

#include "fixtures/run/settings.hpp"
#include "helpers/process/guardian.hpp"
#include "helpers/process/limits.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <vector>

using namespace firstlock;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;

namespace {

/// Which files our standard streams are.
std::vector<ino_t> standard_streams()
{
    std::vector<ino_t> files;
    for (const int descriptor : {0, 1, 2}) {
        struct stat status {};
        REQUIRE(::fstat(descriptor, &status) == 0);
        files.push_back(status.st_ino);
    }
    return files;
}

} // namespace

TEST_CASE("harness.child: it gets three streams of its own and nothing else that is open here")
{
    const std::size_t count = GENERATE(0U, 30U, 3000U);
    make_room_for_children(count);
    std::vector<Descriptor> ours(count);
    for (Descriptor& each : ours) {
        each.reset(::open("/dev/null", O_RDONLY)); // without O_CLOEXEC
        REQUIRE(each.get() >= 0);
    }
    const auto before = standard_streams();
    LineChild child(
        {"/bin/sh", {"-c", "echo /proc/$$/fd/*; echo said >&2; read word; echo $word"}, {}});
    const Deadline deadline(settings().scaled(std::chrono::seconds(30)));
    CHECK(standard_streams() == before);
    const std::string open = child.line(deadline);
    CHECK_THAT(open, ContainsSubstring("/fd/0 ") && ContainsSubstring("/fd/1 ") &&
                         ContainsSubstring("/fd/2"));
    CHECK(std::count(open.begin(), open.end(), ' ') <= 3); // the shell itself may open one
    child.say("heard");
    CHECK(child.line(deadline) == "heard");
    CHECK(child.child().stderr_tail() == "said\n");
}

TEST_CASE("harness.child: it is in its guardian's account until it is reaped, and not longer")
{
    std::vector<Child> children;
    for (std::size_t count = 1; count <= 3; ++count) {
        children.emplace_back(Command{"/bin/cat", {}, {}});
        CHECK(guarded_groups().size() == count);
    }
    for (Child& child : children) {
        CHECK(child.stop(settings().scaled(std::chrono::seconds(30))).ok());
    }
    CHECK(guarded_groups().size() == 0);
}

TEST_CASE("harness.child: what cannot be started is named with the reason and changes nothing")
{
    const auto before = standard_streams();
    CHECK_THROWS_MATCHES(
        Child({"/no/such/program", {}, {}}), StartError,
        MessageMatches(ContainsSubstring("cannot start '/no/such/program': exec: No such file")));
    CHECK(standard_streams() == before);
}

TEST_CASE("harness.child: to wait for its end takes no processor time")
{
    const auto used = [] {
        rusage usage{};
        ::getrusage(RUSAGE_SELF, &usage);
        return std::chrono::seconds(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
               std::chrono::microseconds(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
    };
    Child child({"/bin/sleep", {"0.3"}, {}});
    const auto used_before = used();
    const auto start = std::chrono::steady_clock::now();
    REQUIRE(child.wait(Deadline(settings().scaled(std::chrono::seconds(30)))));
    CHECK(4 * (used() - used_before) < std::chrono::steady_clock::now() - start);
}

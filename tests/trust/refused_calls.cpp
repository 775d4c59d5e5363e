// Goal:   calls that containers and old kernels refuse stop no writer from starting, being waited for
//         and being killed; where one cannot do without, the error says what is in the way.
// Method: second processes of this executable that are refused those calls by a seccomp filter.
#include "tests/trust/refused_calls.hpp"

#include "fixtures/run/settings.hpp"
#include "fixtures/table/matchers.hpp"
#include "helpers/process/line_child.hpp"
#include "tests/trust/one_rogue.hpp"
#include "tests/trust/second_self.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#ifdef FIRSTLOCK_LINUX

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstdint>

namespace firstlock {

void refuse_calls(const std::vector<long>& calls, int error)
{
    std::vector<sock_filter> program{
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr))};
    const std::uint32_t refusal = SECCOMP_RET_ERRNO | static_cast<std::uint32_t>(error);
    for (const long call : calls) {
        program.push_back(
            BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<std::uint32_t>(call), 0, 1));
        program.push_back(BPF_STMT(BPF_RET | BPF_K, refusal));
    }
    program.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
    const sock_fprog filter{static_cast<unsigned short>(program.size()), program.data()};
    REQUIRE(::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
    REQUIRE(::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0);
}

void tell_what_a_pool_stores()
{
    const Trial trial = unrecorded_trial(profile("recommended"), own_writer(), 20);
    CHECK_THAT(trial, AllRowsStored());
    tell("stored", std::to_string(trial.rows_after));
}

void check_that_a_pool_stores(const std::string& hidden_case,
                              const std::vector<std::string>& handed_over)
{
    if (::prctl(PR_GET_SECCOMP) < 0) {
        SKIP("this system takes no seccomp filter");
    }
    SecondSelf pool(hidden_case, handed_over);
    CHECK(pool.expect("stored") == "20");
    CHECK(pool.end().ok());
}

} // namespace firstlock

using namespace firstlock;
using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;

TEST_CASE("helper.a pool where the system lets no child leave its parent's table", "[.]")
{
    refuse_calls({436, SYS_unshare}, EPERM); // close_range, which older headers do not have
    tell_what_a_pool_stores();
}

TEST_CASE("helper.a pool where the system refuses one call", "[.]")
{
    constexpr long pidfd_open = 434; // which older headers do not have
    const long call = handed_over("CALL") == "pidfd_open" ? pidfd_open : SYS_memfd_create;
    const int error = std::stoi(handed_over("ERROR"));
    refuse_calls({call}, error);
    REQUIRE(::syscall(call, 0, 0) == -1);
    REQUIRE(errno == error);
    const Deadline deadline(settings().scaled(30s));
    CHECK(Child({"/bin/sh", {"-c", "exit 3"}, {}}).wait(deadline) == ExitStatus{3, 0});
    LineChild hanging(
        {"/bin/sh", {"-c", "trap '' TERM; echo trapped; while :; do sleep 1000000; done"}, {}});
    hanging.expect("trapped", deadline);
    CHECK_FALSE(hanging.child().wait(Deadline(50ms)).has_value());
    CHECK(hanging.child().stop(settings().scaled(100ms)).signal == SIGKILL);
    tell_what_a_pool_stores();
}

TEST_CASE("helper.a child where no unnamed file can be made", "[.]")
try {
    refuse_calls({SYS_memfd_create}, std::stoi(handed_over("ERROR")));
    const Child child({"/bin/cat", {}, {}});
} catch (const StartError& error) {
    tell("message", error.what());
}

TEST_CASE("harness.child: it starts where no table of descriptors can be shared for a while")
{
    check_that_a_pool_stores(
        "helper.a pool where the system lets no child leave its parent's table");
}

TEST_CASE("harness.child: it starts, ends and is killed where the system refuses a convenience")
{
    const std::string call = GENERATE("pidfd_open", "memfd_create");
    const int error = GENERATE(EPERM, ENOSYS);
    CAPTURE(call, error);
    check_that_a_pool_stores("helper.a pool where the system refuses one call",
                             {"HARNESS_CALL=" + call, "HARNESS_ERROR=" + std::to_string(error)});
}

TEST_CASE("harness.child: where no unnamed file can be made the directory in the way is named")
{
    const std::string directory = GENERATE("/proc", "/no/such/place");
    SecondSelf self("helper.a child where no unnamed file can be made",
                    {"TMPDIR=" + directory, "HARNESS_ERROR=" + std::to_string(EPERM)});
    CHECK_THAT(self.expect("message"), ContainsSubstring("cannot start '") &&
                                           ContainsSubstring("in '" + directory + "'") &&
                                           ContainsSubstring("TMPDIR may name another"));
    CHECK(self.end().ok());
}

TEST_CASE("harness.child: where a limit is in the way of an unnamed file it is named")
{
    SecondSelf self("helper.a child where no unnamed file can be made",
                    {"HARNESS_ERROR=" + std::to_string(EMFILE)});
    CHECK_THAT(self.expect("message"),
               ContainsSubstring("account of children: Too many open files; the limit on open"));
    CHECK(self.end().ok());
}

#endif

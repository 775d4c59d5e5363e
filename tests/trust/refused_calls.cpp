#include "tests/trust/refused_calls.hpp"

#include "fixtures/run/settings.hpp"
#include "fixtures/table/matchers.hpp"
#include "tests/trust/one_rogue.hpp"
#include "tests/trust/second_self.hpp"

#include <catch2/catch_test_macros.hpp>

#ifdef __linux__

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>

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

#endif

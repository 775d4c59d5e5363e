// Goal:   the gate lets all writers go at once: none waits for another, nor for a clock.
// Method: in one run, in turn with a release that is known to be slow, one millisecond from each
//         to the next; the best of several pairs is compared, so that a loaded machine does not
//         decide. On pipes, for the gate itself; and on real writers, for a pool's release.
#include "fixtures/run/settings.hpp"
#include "fixtures/table/fresh_table.hpp"
#include "fixtures/transactions/session.hpp"
#include "helpers/process/start_gate.hpp"
#include "helpers/rows/attempts.hpp"
#include "tests/calibration/recorded_writer.hpp"

#include <catch2/catch_test_macros.hpp>

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>

using namespace firstlock;

namespace {

constexpr int pairs = 4;

/// Passes one millisecond: nothing is ever written to this pipe.
void pass_one_ms(const Descriptor& silent)
{
    pollfd entry{silent.get(), POLLIN, 0};
    ::poll(&entry, 1, 1);
}

struct Pipe {
    Pipe()
    {
        std::array<int, 2> ends{};
        REQUIRE(::pipe(ends.data()) == 0);
        out.reset(ends[0]);
        in.reset(ends[1]);
    }
    Descriptor out, in;
};

template <typename Release>
double took_ms(Release release)
{
    const std::int64_t start_ns = monotonic_ns();
    release();
    return static_cast<double>(monotonic_ns() - start_ns) / 1e6;
}

/// The best of several measures of each of two, taken in turn.
template <typename Ours, typename Slow>
void check_is_far_faster(Ours ours, Slow slow)
{
    double ours_ms = ours();
    double slow_ms = slow();
    for (int pair = 1; pair < pairs; ++pair) {
        ours_ms = std::min(ours_ms, ours());
        slow_ms = std::min(slow_ms, slow());
    }
    INFO("best of the gate " << ours_ms << " ms, of the slow release " << slow_ms << " ms");
    CHECK(ours_ms < slow_ms / 2);
}

} // namespace

TEST_CASE("calibration.gate: the line is in all pipes long before a loop with a wait has come to "
          "its end")
{
    const std::vector<Pipe> pipes(50);
    const Pipe silent;
    std::vector<int> gates;
    gates.reserve(pipes.size());
    for (const Pipe& pipe : pipes) {
        gates.push_back(pipe.in.get());
    }
    prepare_to_write_to(gates.size());
    check_is_far_faster([&] { return took_ms([&] { write_to_each(gates, go_line); }); },
                        [&] {
                            return took_ms([&] {
                                for (const int gate : gates) {
                                    write_one_by_one({gate}, go_line);
                                    pass_one_ms(silent.out);
                                }
                            });
                        });
}

// No one gets the lock, and no one waits for it: of each writer only its start is of interest.
TEST_CASE_METHOD(FreshTable,
                 "calibration.gate: a pool's writers start long before those of a slow release")
{
#ifdef __SANITIZE_ADDRESS__
    SKIP("what a sanitizer does at a writer's end would keep the others from their start");
#endif
    constexpr std::size_t writers = 40;
    use(profile("sqlite"));
    Session holder(database());
    holder.must("BEGIN IMMEDIATE");
    const Pipe silent;
    const auto of_a_pool = [&] {
        return insert_in_parallel(example_rows(writers),
                                  {.writer = own_writer(), .recorded = Recorded::nowhere})
            .start_skew_ms.value();
    };
    const auto of_a_slow_release = [&] {
        std::vector<RecordedWriter> slow;
        slow.reserve(writers);
        while (slow.size() < writers) {
            slow.emplace_back(database(), profile("sqlite").settings);
        }
        for (RecordedWriter& writer : slow) {
            writer.release();
            pass_one_ms(silent.out);
        }
        std::vector<Attempt> attempts;
        for (RecordedWriter& writer : slow) {
            const Report report = writer.report();
            attempts.push_back({*report.start_ns, *report.end_ns, Outcome::locked});
        }
        return figures_of(attempts, 0).start_skew_ms;
    };
    check_is_far_faster(of_a_pool, of_a_slow_release);
}

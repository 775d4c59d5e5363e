// Goal:   the gate lets all writers go at once: none waits for another, nor for a clock.
// Method: in one run, in turn with a release that is known to be slow, since it waits from each to
//         the next; the best of several pairs is compared, so that a loaded machine does not
//         decide. On pipes, for the gate itself; and on real writers, for a pool's release. That
//         is compared by the time it takes, in which a millisecond for each writer shows, and by
//         the writers' own starts, which also depend on how fast the machine wakes processes.
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
#include <limits>
#include <utility>

using namespace firstlock;

namespace {

constexpr int pairs = 4;

/// Passes the time: nothing is ever written to this pipe.
void pass_ms(const Descriptor& silent, int duration_ms)
{
    pollfd entry{silent.get(), POLLIN, 0};
    ::poll(&entry, 1, duration_ms);
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

struct Release {
    double took_ms = std::numeric_limits<double>::infinity();
    double start_skew_ms = std::numeric_limits<double>::infinity(); ///< of its writers

    void take_best(const Release& other)
    {
        took_ms = std::min(took_ms, other.took_ms);
        start_skew_ms = std::min(start_skew_ms, other.start_skew_ms);
    }
};

/// The best of several of each of two, taken in turn.
template <typename Ours, typename Slow>
std::pair<Release, Release> best_of_pairs(Ours ours, Slow slow)
{
    std::pair<Release, Release> best;
    for (int pair = 0; pair < pairs; ++pair) {
        best.first.take_best(ours());
        best.second.take_best(slow());
    }
    return best;
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
    const auto [ours, slow] = best_of_pairs(
        [&] { return Release{.took_ms = took_ms([&] { write_to_each(gates, go_line); })}; },
        [&] {
            return Release{.took_ms = took_ms([&] {
                               for (const int gate : gates) {
                                   write_one_by_one({gate}, go_line);
                                   pass_ms(silent.out, 1);
                               }
                           })};
        });
    CHECK(ours.took_ms < slow.took_ms / 2);
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
        WriterPool pool({.writer = own_writer(),
                         .database = database(),
                         .settings = profile("sqlite").settings,
                         .deadlines = deadlines_for(writers, {})},
                        example_rows(writers));
        pool.start();
        REQUIRE(pool.await_ready());
        Release found{.took_ms = took_ms([&] { pool.release(); })};
        pool.join();
        std::vector<Attempt> attempts;
        for (const WriterResult& writer : pool.result().writers) {
            REQUIRE(writer.report);
            attempts.push_back({*writer.report->start_ns, *writer.report->end_ns, Outcome::locked});
        }
        found.start_skew_ms = figures_of(attempts, 0).start_skew_ms;
        return found;
    };
    const auto of_a_slow_release = [&] {
        std::vector<RecordedWriter> slow;
        slow.reserve(writers);
        while (slow.size() < writers) {
            slow.emplace_back(database(), profile("sqlite").settings);
        }
        Release found{.took_ms = took_ms([&] {
                          for (RecordedWriter& writer : slow) {
                              writer.release();
                              pass_ms(silent.out, 10);
                          }
                      })};
        std::vector<Attempt> attempts;
        for (RecordedWriter& writer : slow) {
            const Report report = writer.report();
            attempts.push_back({*report.start_ns, *report.end_ns, Outcome::locked});
        }
        found.start_skew_ms = figures_of(attempts, 0).start_skew_ms;
        return found;
    };
    const auto [ours, slow] = best_of_pairs(of_a_pool, of_a_slow_release);
    CHECK(ours.took_ms < slow.took_ms / 20); // a millisecond for each writer is a tenth
    CHECK(ours.start_skew_ms < slow.start_skew_ms / 2);
}

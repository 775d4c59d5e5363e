// Goal:   the start gate releases writers as closely together as anything could.
// Method: the spread from the first writer's start to the last one's, by their own clocks; in turn
//         with plain C programs that do the same insert and all sleep on one futex until it is
//         woken.
#include "fixtures/bench/comparison.hpp"
#include "fixtures/run/settings.hpp"
#include "fixtures/table/fresh_table.hpp"
#include "fixtures/table/writer_pool.hpp"
#include "helpers/bench/bare_spawn.hpp"

#include <boost/uuid/uuid_io.hpp>
#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <climits>
#include <sstream>

#ifdef __linux__
#include <linux/futex.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

using namespace firstlock;

namespace {

/// An int that other processes see through its descriptor, and wait on until it is opened.
class SharedGate {
  public:
    SharedGate() : descriptor_(::memfd_create("firstlock-bench-gate", MFD_CLOEXEC))
    {
        REQUIRE(::ftruncate(descriptor_, sizeof(int)) == 0);
        void* const place =
            ::mmap(nullptr, sizeof(int), PROT_READ | PROT_WRITE, MAP_SHARED, descriptor_, 0);
        REQUIRE(place != MAP_FAILED);
        gate_ = static_cast<int*>(place);
    }
    ~SharedGate()
    {
        ::munmap(gate_, sizeof(int));
        ::close(descriptor_);
    }
    SharedGate(const SharedGate&) = delete;
    SharedGate& operator=(const SharedGate&) = delete;

    int descriptor() const { return descriptor_; }
    void open()
    {
        __atomic_store_n(gate_, 1, __ATOMIC_RELEASE);
        ::syscall(SYS_futex, gate_, FUTEX_WAKE, INT_MAX, nullptr, nullptr, 0);
    }

  private:
    int descriptor_;
    int* gate_ = nullptr;
};

double spread_ms(const std::vector<std::int64_t>& starts_ns)
{
    const auto [first, last] = std::minmax_element(starts_ns.begin(), starts_ns.end());
    return static_cast<double>(*last - *first) / 1e6;
}

double pool_skew_ms(std::size_t writers)
{
    const ScratchDirectory directory;
    const Profile& recommended = profile("recommended");
    make_table(directory.path() / "gate.db", recommended);
    const PoolResult result =
        WriterPool::run({.writer = own_writer(),
                         .database = directory.path() / "gate.db",
                         .settings = recommended.settings,
                         .deadlines = deadlines_for(writers, recommended.settings.busy_timeout)},
                        example_rows(writers));
    std::vector<std::int64_t> starts;
    for (const WriterResult& writer : result.writers) {
        REQUIRE(writer.report);
        starts.push_back(writer.report->start_ns.value());
    }
    return spread_ms(starts);
}

double futex_skew_ms(std::size_t writers)
{
    const ScratchDirectory directory;
    make_table(directory.path() / "gate.db", profile("recommended"));
    const int child_descriptor = 3; // where BareCrowd puts the shared one
    std::vector<Command> commands;
    for (const Message& row : example_rows(writers)) {
        commands.push_back({FIRSTLOCK_PLAIN_WRITER,
                            {(directory.path() / "gate.db").string(), boost::uuids::to_string(row),
                             std::to_string(child_descriptor)},
                            inherited_environment("FIRSTLOCK_")});
    }
    SharedGate gate;
    const PoolDeadlines deadlines = deadlines_for(writers, std::chrono::seconds(10));
    BareCrowd crowd(commands, gate.descriptor());
    crowd.await_lines(deadlines.ready);
    gate.open();
    std::vector<std::int64_t> starts;
    for (const std::string& said : crowd.join(deadlines.run)) {
        std::istringstream line(said);
        int code = -1;
        std::int64_t start_ns = 0;
        REQUIRE(line >> code >> start_ns);
        starts.push_back(start_ns);
    }
    return spread_ms(starts);
}

} // namespace

TEST_CASE("bench.the gate releases writers as closely together as a futex")
{
    const std::vector<std::size_t> crowds = settings().depth == Depth::deep
                                                ? std::vector<std::size_t>{100, 1000}
                                                : std::vector<std::size_t>{100};
    for (const std::size_t writers : crowds) {
        const BenchPairs pairs = measure_in_turn(
            settings().depth == Depth::deep ? 15 : 3, [=] { return pool_skew_ms(writers); },
            [=] { return futex_skew_ms(writers); });
        const double ratio =
            record_bench({.what = "start skew of " + std::to_string(writers) + " writers",
                          .against = "woken by one futex",
                          .unit = "ms",
                          .reach = 1.5},
                         pairs);
        CHECK(ratio > 0);
    }
}
#endif

// Goal:   the start gate releases writers as closely together as anything could.
// Method: the spread from the first writer's start to the last one's, by their own clocks; in turn
//         with forked processes that do the same insert, and all sleep on one futex until it is
//         woken.
#include "fixtures/bench/comparison.hpp"
#include "fixtures/run/settings.hpp"
#include "fixtures/table/fresh_table.hpp"
#include "fixtures/table/writer_pool.hpp"
#include "helpers/process/deadline.hpp"
#include "helpers/sqlite/connection.hpp"
#include "helpers/sqlite/error.hpp"

#include <boost/uuid/uuid_io.hpp>
#include <catch2/catch_test_macros.hpp>

#include <linux/futex.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <climits>
#include <csignal>

using namespace firstlock;

namespace {

constexpr std::size_t writers_max = 1000;

/// What parent and children share: the word they sleep on, and when each began.
struct SharedGate {
    int open = 0;
    std::array<std::int64_t, writers_max> starts_ns{};
};

/// Killed and reaped at the end, whatever was asserted.
struct ForkedProcesses {
    std::vector<pid_t> pids;
    ~ForkedProcesses()
    {
        for (const pid_t pid : pids) {
            ::kill(pid, SIGKILL);
            ::waitpid(pid, nullptr, 0);
        }
    }
};

/// What a forked process does: it says with a byte that it is ready, sleeps, and inserts one row.
/// It must not come back into Catch2, so an exception ends it.
void insert_when_open(SharedGate& gate, std::int64_t& start_ns, int ready,
                      const std::filesystem::path& database, const Message& row)
try {
    Connection connection(database);
    connection.set_busy_timeout(std::chrono::minutes(1), Retry::sqlite);
    configure(connection, profile("recommended").settings);
    Statement insert(connection, "INSERT INTO messages(msg) VALUES (?)");
    const std::string text = boost::uuids::to_string(row);
    insert.bind(1, text);
    if (::write(ready, ".", 1) != 1) {
        return;
    }
    while (__atomic_load_n(&gate.open, __ATOMIC_ACQUIRE) == 0) {
        ::syscall(SYS_futex, &gate.open, FUTEX_WAIT, 0, nullptr, nullptr, 0);
    }
    start_ns =
        std::chrono::nanoseconds(std::chrono::steady_clock::now().time_since_epoch()).count();
    connection.try_execute("BEGIN IMMEDIATE");
    insert.run();
    connection.try_execute("COMMIT");
} catch (const SqliteError&) {
    ::_exit(1);
}

/// Bytes that were there to read within the time; 0 when all writers have closed the pipe.
std::size_t read_within(const Deadline& deadline, int pipe)
{
    pollfd readable{pipe, POLLIN, 0};
    std::array<char, 128> bytes{};
    REQUIRE(::poll(&readable, 1, static_cast<int>(deadline.left().count())) == 1);
    return static_cast<std::size_t>(::read(pipe, bytes.data(), bytes.size()));
}

double spread_ms(const std::vector<std::int64_t>& starts_ns)
{
    const auto [first, last] = std::minmax_element(starts_ns.begin(), starts_ns.end());
    REQUIRE(*first > 0); // else it never started
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
    const auto database = directory.path() / "gate.db";
    make_table(database, profile("recommended"));
    const auto rows = example_rows(writers);
    const PoolDeadlines deadlines = deadlines_for(writers, std::chrono::minutes(1));
    void* const shared = ::mmap(nullptr, sizeof(SharedGate), PROT_READ | PROT_WRITE,
                                MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    REQUIRE(shared != MAP_FAILED);
    auto& gate = *static_cast<SharedGate*>(shared);
    std::array<int, 2> ready{};
    REQUIRE(::pipe(ready.data()) == 0);
    ForkedProcesses children;
    for (std::size_t index = 0; index < writers; ++index) {
        const pid_t pid = ::fork();
        if (pid == 0) {
            ::prctl(PR_SET_PDEATHSIG, SIGKILL);
            insert_when_open(gate, gate.starts_ns.at(index), ready[1], database, rows[index]);
            ::_exit(0);
        }
        REQUIRE(pid > 0);
        children.pids.push_back(pid);
    }
    ::close(ready[1]);
    for (std::size_t count = 0; count < writers;) {
        const std::size_t more = read_within(Deadline(deadlines.ready), ready[0]);
        REQUIRE(more > 0);
        count += more;
    }
    __atomic_store_n(&gate.open, 1, __ATOMIC_RELEASE);
    ::syscall(SYS_futex, &gate.open, FUTEX_WAKE, INT_MAX, nullptr, nullptr, 0);
    REQUIRE(read_within(Deadline(deadlines.run), ready[0]) == 0); // the last one has ended
    ::close(ready[0]);
    const std::vector<std::int64_t> starts(gate.starts_ns.data(), gate.starts_ns.data() + writers);
    ::munmap(shared, sizeof(SharedGate));
    return spread_ms(starts);
}

} // namespace

TEST_CASE("bench.the gate releases writers as closely together as a futex")
{
    const bool deep = settings().depth == Depth::deep;
    for (const std::size_t writers :
         deep ? std::vector<std::size_t>{100, writers_max} : std::vector<std::size_t>{100}) {
        record_bench({.what = "start skew of " + std::to_string(writers) + " writers",
                      .against = "woken by one futex",
                      .reach = 1.5},
                     measure_in_turn(
                         deep ? 15 : 3, [=] { return pool_skew_ms(writers); },
                         [=] { return futex_skew_ms(writers); }));
    }
}

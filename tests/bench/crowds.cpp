// Goal:   starting writers costs no more than starting processes does, however many, and the gate
//         lets them begin closer together than a loop would.
// Method: the pool in turn with a bare posix_spawn loop over the same executable with the same
//         pipes: until all are ready; and the spread from the first writer's start to the last
//         one's, by their own clocks. FIRSTLOCK_DEPTH=deep (preset bench) has all crowds.
#include "fixtures/bench/comparison.hpp"
#include "fixtures/run/settings.hpp"
#include "fixtures/table/fresh_table.hpp"
#include "fixtures/table/matchers.hpp"
#include "fixtures/table/writer_pool.hpp"
#include "helpers/process/limits.hpp"
#include "helpers/process/start_gate.hpp"

#include <boost/uuid/uuid_io.hpp>
#include <catch2/catch_test_macros.hpp>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>

using namespace firstlock;

namespace {

std::vector<char*> pointers_to(const std::vector<std::string>& texts)
{
    std::vector<char*> pointers;
    pointers.reserve(texts.size() + 1);
    for (const std::string& text : texts) {
        pointers.push_back(const_cast<char*>(text.c_str())); // as posix_spawn's signature has it
    }
    pointers.push_back(nullptr);
    return pointers;
}

/// Writers started by a plain posix_spawn loop, with the pipes on stdin and stdout and the unnamed
/// file on stderr that a pool gives them, and nothing around them: what starting them costs at
/// least. The destructor kills and reaps all.
class BareCrowd {
  public:
    ~BareCrowd()
    {
        for (const Process& process : processes_) {
            ::kill(process.pid, SIGKILL);
        }
        for (const Process& process : processes_) {
            ::waitpid(process.pid, nullptr, 0);
        }
    }
    BareCrowd() = default;
    BareCrowd(const BareCrowd&) = delete;
    BareCrowd& operator=(const BareCrowd&) = delete;

    void start(const std::vector<Command>& commands)
    {
        make_room_for_children(commands.size());
        processes_.reserve(commands.size());
        for (const Command& command : commands) {
            start(command);
        }
    }
    /// What each says next, without the line feed.
    std::vector<std::string> listen(std::chrono::milliseconds limit) const
    {
        const Deadline deadline(limit);
        std::vector<std::string> lines;
        for (const Process& process : processes_) {
            pollfd out{process.out.get(), POLLIN, 0};
            std::array<char, 256> said{};
            const int ready = ::poll(&out, 1, static_cast<int>(deadline.left().count()));
            const ssize_t count = ready == 1 ? ::read(out.fd, said.data(), said.size()) : 0;
            REQUIRE(count > 0); // else it has ended, or is late
            lines.emplace_back(said.data(), static_cast<std::size_t>(count - 1));
        }
        return lines;
    }
    std::vector<int> gates() const
    {
        std::vector<int> numbers;
        for (const Process& process : processes_) {
            numbers.push_back(process.in.get());
        }
        return numbers;
    }

  private:
    struct Process {
        pid_t pid;
        Descriptor in, out, err; ///< our ends
    };

    void start(const Command& command)
    {
        std::array<int, 2> in{};
        std::array<int, 2> out{};
        REQUIRE(::pipe2(in.data(), O_CLOEXEC) == 0);
        REQUIRE(::pipe2(out.data(), O_CLOEXEC) == 0);
        Descriptor err(::memfd_create("firstlock-bench-stderr", MFD_CLOEXEC));
        posix_spawn_file_actions_t actions;
        ::posix_spawn_file_actions_init(&actions);
        ::posix_spawn_file_actions_adddup2(&actions, in[0], STDIN_FILENO);
        ::posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
        ::posix_spawn_file_actions_adddup2(&actions, err.get(), STDERR_FILENO);
        const std::string& path = command.executable.native();
        pid_t pid = -1;
        const int error = ::posix_spawn(&pid, path.c_str(), &actions, nullptr,
                                        pointers_to({path}).data(), // it takes no arguments
                                        pointers_to(command.environment).data());
        ::posix_spawn_file_actions_destroy(&actions);
        ::close(in[0]);
        ::close(out[1]);
        REQUIRE(error == 0);
        processes_.push_back({pid, Descriptor(in[1]), Descriptor(out[0]), std::move(err)});
    }

    std::vector<Process> processes_;
};

/// A crowd's rows and the fresh table for them, in a directory of its own.
struct Place {
    Profile profile;
    std::vector<Message> rows;
    ScratchDirectory directory{};
    std::filesystem::path database = directory.path() / "bench.db";
    PoolDeadlines deadlines = deadlines_for(rows.size(), profile.settings.busy_timeout);

    Place(const std::string& name, std::size_t writers)
        : profile(firstlock::profile(name)), rows(example_rows(writers))
    {
        make_table(database, profile);
    }
    PoolOptions options() const
    {
        return {.writer = own_writer(),
                .database = database,
                .settings = profile.settings,
                .deadlines = deadlines};
    }
    /// What a pool would start, for others to start.
    std::vector<Command> commands() const
    {
        std::vector<Command> commands(rows.size(), own_writer());
        const auto shared =
            inherited_environment("FIRSTLOCK_", task_environment(database, profile.settings));
        for (std::size_t index = 0; index < rows.size(); ++index) {
            auto& environment = commands[index].environment = shared;
            const auto own =
                task_environment(static_cast<int>(index), boost::uuids::to_string(rows[index]));
            environment.insert(environment.end(), own.begin(), own.end());
        }
        return commands;
    }
};

// In rollback a connection that waits holds no lock. In WAL it holds two, and the kernel walks the
// list of all of them at each further request: what that adds is SQLite's, not the pool's.

double pool_start_ms(std::size_t writers)
{
    const Place place("rollback", writers);
    WriterPool pool(place.options(), place.rows);
    return ms_of([&] {
        pool.start();
        REQUIRE(pool.await_ready());
    });
}

double bare_start_ms(std::size_t writers)
{
    const Place place("rollback", writers);
    const auto commands = place.commands();
    BareCrowd crowd;
    return ms_of([&] {
        crowd.start(commands);
        crowd.listen(place.deadlines.ready);
    });
}

double spread_ms(const std::vector<std::int64_t>& starts_ns)
{
    const auto [first, last] = std::minmax_element(starts_ns.begin(), starts_ns.end());
    return static_cast<double>(*last - *first) / 1e6;
}

double pool_skew_ms(std::size_t writers)
{
    const Place place("recommended", writers);
    std::vector<std::int64_t> starts_ns;
    WriterPool pool(place.options(), place.rows);
    pool.run();
    for (const WriterResult& writer : pool.result().writers) {
        REQUIRE(writer.report);
        starts_ns.push_back(writer.report->start_ns.value());
    }
    return spread_ms(starts_ns);
}

double loop_skew_ms(std::size_t writers)
{
    const Place place("recommended", writers);
    BareCrowd crowd;
    crowd.start(place.commands());
    crowd.listen(place.deadlines.ready);
    write_one_by_one(crowd.gates(), "go\n");
    std::vector<std::int64_t> starts_ns;
    for (const std::string& line : crowd.listen(place.deadlines.run)) {
        starts_ns.push_back(parse_line(line).value().start_ns.value());
    }
    return spread_ms(starts_ns);
}

struct Crowd {
    std::size_t writers;
    int rounds;
};

std::vector<Crowd> crowds(const std::vector<Crowd>& deep)
{
    return settings().depth == Depth::deep ? deep : std::vector<Crowd>{{100, 5}};
}

} // namespace

TEST_CASE("bench.starting writers costs what a bare loop of posix_spawn costs, however many")
{
    for (const auto& [writers, rounds] : crowds({{100, 25}, {1000, 9}, {5000, 5}})) {
        record_bench(
            {.what = std::to_string(writers) + " writers (rollback) started, until all are ready",
             .against = "bare posix_spawn loop",
             .reach = 1.1},
            measure_in_turn(
                rounds, [count = writers] { return pool_start_ms(count); },
                [count = writers] { return bare_start_ms(count); }));
    }
}

TEST_CASE_METHOD(FreshTable, "bench.a trial of thousands comes to its verdict")
{
    use(profile("recommended"));
    const std::size_t writers = settings().depth == Depth::deep ? 5000 : 200;
    const Trial trial = insert_in_parallel(example_rows(writers), {.recorded = Recorded::nowhere});
    CHECK_THAT(trial, NothingLost());
    CHECK_THAT(trial, CountsAddUp());
}

TEST_CASE("bench.a crowd commits as fast with the record and the observer as without")
{
    const std::size_t writers = settings().depth == Depth::deep ? 300 : 60;
    const auto ms_per_commit = [&](const Watched& watched) {
        FreshTable table;
        table.use(profile("recommended"));
        const Trial trial = table.insert_in_parallel(
            example_rows(writers), {.watched = watched, .recorded = Recorded::nowhere});
        REQUIRE_THAT(trial, AllRowsStored());
        return 1000 / trial.commits_per_second.value();
    };
    record_bench(
        {.what = "a commit of " + std::to_string(writers) + " writers, with record and observer",
         .against = "without both",
         .limit = 1 / 0.95},
        measure_in_turn(
            settings().depth == Depth::deep ? 40 : 7, [&] { return ms_per_commit({}); },
            [&] { return ms_per_commit({.by_record = false, .by_observer = false}); }));
}

TEST_CASE("bench.the gate releases writers closer together than a loop of writes")
{
    for (const auto& [writers, rounds] : crowds({{100, 15}, {1000, 15}})) {
        record_bench({.what = "start skew of " + std::to_string(writers) + " writers",
                      .against = "a write for each",
                      .reach = 0.9}, // 1 is what the gate comes to where it is that loop
                     measure_in_turn(
                         rounds, [count = writers] { return pool_skew_ms(count); },
                         [count = writers] { return loop_skew_ms(count); }));
    }
}

// Goal:   starting writers costs no more than starting processes does, however many.
// Method: the pool until all are ready, in turn with a bare posix_spawn loop over the same
//         executable with the same pipes. FIRSTLOCK_DEPTH=deep (preset bench) has all crowds.
#include "fixtures/bench/comparison.hpp"
#include "fixtures/run/settings.hpp"
#include "fixtures/table/fresh_table.hpp"
#include "fixtures/table/writer_pool.hpp"
#include "helpers/process/deadline.hpp"
#include "helpers/process/limits.hpp"

#include <boost/uuid/uuid_io.hpp>
#include <catch2/catch_test_macros.hpp>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <memory>

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
    explicit BareCrowd(const std::vector<Command>& commands)
    {
        make_room_for_children(commands.size());
        processes_.reserve(commands.size());
        for (const Command& command : commands) {
            start(command);
        }
    }
    ~BareCrowd()
    {
        for (const Process& process : processes_) {
            ::kill(process.pid, SIGKILL);
        }
        for (const Process& process : processes_) {
            ::waitpid(process.pid, nullptr, 0);
            for (const int descriptor : process.descriptors) {
                ::close(descriptor);
            }
        }
    }
    BareCrowd(const BareCrowd&) = delete;
    BareCrowd& operator=(const BareCrowd&) = delete;

    /// Until each has said something, which is that it is ready.
    void await_ready(std::chrono::milliseconds limit) const
    {
        const Deadline deadline(limit);
        for (const Process& process : processes_) {
            pollfd out{process.descriptors[1], POLLIN, 0};
            std::array<char, 64> said{};
            if (::poll(&out, 1, static_cast<int>(deadline.left().count())) != 1 ||
                ::read(out.fd, said.data(), said.size()) <= 0) {
                FAIL("a writer of the bare loop ended, or was not ready in time");
            }
        }
    }

  private:
    struct Process {
        pid_t pid;
        std::array<int, 3> descriptors; ///< our ends of stdin and stdout, and the file on stderr
    };

    void start(const Command& command)
    {
        std::array<int, 2> in{};
        std::array<int, 2> out{};
        REQUIRE(::pipe2(in.data(), O_CLOEXEC) == 0);
        REQUIRE(::pipe2(out.data(), O_CLOEXEC) == 0);
        const int err = ::memfd_create("firstlock-bench-stderr", MFD_CLOEXEC);
        posix_spawn_file_actions_t actions;
        ::posix_spawn_file_actions_init(&actions);
        ::posix_spawn_file_actions_adddup2(&actions, in[0], STDIN_FILENO);
        ::posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
        ::posix_spawn_file_actions_adddup2(&actions, err, STDERR_FILENO);
        const std::string& path = command.executable.native();
        pid_t pid = -1;
        const int error = ::posix_spawn(&pid, path.c_str(), &actions, nullptr,
                                        pointers_to({path}).data(), // it takes no arguments
                                        pointers_to(command.environment).data());
        ::posix_spawn_file_actions_destroy(&actions);
        ::close(in[0]);
        ::close(out[1]);
        REQUIRE(error == 0);
        processes_.push_back({pid, {in[1], out[0], err}});
    }

    std::vector<Process> processes_;
};

/// A fresh table in a directory of its own, in rollback: there a connection that waits holds no
/// lock. In WAL it holds two, and the kernel walks the list of all of them at each further request:
/// what that adds is SQLite's, not the pool's.
struct Place {
    Profile profile = firstlock::profile("rollback");
    ScratchDirectory directory;
    std::filesystem::path database = directory.path() / "bench.db";
    Place() { make_table(database, profile); }
};

/// What a pool would start for `rows`, for others to start.
std::vector<Command> writer_commands(const Place& place, const std::vector<Message>& rows)
{
    const auto shared = inherited_environment(
        "FIRSTLOCK_", task_environment(place.database, place.profile.settings));
    std::vector<Command> commands;
    for (const Message& row : rows) {
        Command command = own_writer();
        command.environment = shared;
        const auto own =
            task_environment(static_cast<int>(commands.size()), boost::uuids::to_string(row));
        command.environment.insert(command.environment.end(), own.begin(), own.end());
        commands.push_back(std::move(command));
    }
    return commands;
}

double pool_start_ms(std::size_t writers)
{
    const Place place;
    WriterPool pool({.writer = own_writer(),
                     .database = place.database,
                     .settings = place.profile.settings,
                     .deadlines = deadlines_for(writers, place.profile.settings.busy_timeout)},
                    example_rows(writers));
    return ms_of([&] {
        pool.start();
        REQUIRE(pool.await_ready());
    });
}

double bare_start_ms(std::size_t writers)
{
    const Place place;
    const auto commands = writer_commands(place, example_rows(writers));
    const auto limit = deadlines_for(writers, {}).ready;
    std::unique_ptr<BareCrowd> crowd;
    return ms_of([&] {
        crowd = std::make_unique<BareCrowd>(commands);
        crowd->await_ready(limit);
    });
}

} // namespace

TEST_CASE("bench.starting writers costs what a bare loop of posix_spawn costs, however many")
{
    struct Crowd {
        std::size_t writers;
        int rounds;
    };
    const std::vector<Crowd> crowds = settings().depth == Depth::deep
                                          ? std::vector<Crowd>{{100, 25}, {1000, 9}, {5000, 5}}
                                          : std::vector<Crowd>{{100, 5}};
    for (const auto& [writers, rounds] : crowds) {
        record_bench(
            {.what = std::to_string(writers) + " writers (rollback) started, until all are ready",
             .against = "bare posix_spawn loop",
             .reach = 1.1},
            measure_in_turn(
                rounds, [count = writers] { return pool_start_ms(count); },
                [count = writers] { return bare_start_ms(count); }));
    }
}

// Goal:   starting writers costs no more than starting processes does, however many; and a writer
//         is ready as soon as any program that opens a database.
// Method: the pool until all are ready, in turn with a bare posix_spawn loop over the same
//         executable with the same pipes; the suite's writer in turn with a plain C program, from
//         its exec to its first line. FIRSTLOCK_DEPTH=deep (preset bench) has all crowds.
#include "fixtures/bench/comparison.hpp"
#include "fixtures/run/settings.hpp"
#include "fixtures/table/fresh_table.hpp"
#include "fixtures/table/writer_pool.hpp"
#include "helpers/bench/bare_spawn.hpp"

#include <boost/uuid/uuid_io.hpp>
#include <catch2/catch_test_macros.hpp>

#include <map>
#include <optional>

using namespace firstlock;

namespace {

/// A fresh table under `profile`, in a directory of its own.
struct Place {
    Profile profile;
    ScratchDirectory directory;
    std::filesystem::path database = directory.path() / "bench.db";
    explicit Place(const std::string& name) : profile(firstlock::profile(name))
    {
        make_table(database, profile);
    }
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

double pool_start_ms(std::size_t writers, const std::string& name)
{
    const Place place(name);
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

double bare_start_ms(std::size_t writers, const std::string& name)
{
    const Place place(name);
    const auto commands = writer_commands(place, example_rows(writers));
    const auto most = deadlines_for(writers, {}).ready;
    std::unique_ptr<BareCrowd> crowd;
    return ms_of([&] {
        crowd = std::make_unique<BareCrowd>(commands);
        crowd->await_lines(most);
    });
}

double exec_to_ready_ms(const Command& command)
{
    BareCrowd one({command}); // posix_spawn returns when the child has reached its exec
    return ms_of([&] { one.await_lines(settings().scaled(std::chrono::seconds(10))); });
}

} // namespace

TEST_CASE("bench.starting writers costs what a bare loop of posix_spawn costs, however many")
{
    struct Crowd {
        std::size_t writers;
        int rounds;
        std::string profile;
        std::optional<double> reach;
    };
    // In rollback a connection that waits holds no lock. In WAL it holds two, and the kernel walks
    // the list of all of them at each further request: what that adds is SQLite's, not the pool's.
    const std::vector<Crowd> crowds = settings().depth == Depth::deep
                                          ? std::vector<Crowd>{{100, 25, "rollback", 1.1},
                                                               {1000, 9, "rollback", 1.1},
                                                               {5000, 5, "rollback", 1.1},
                                                               {5000, 3, "wal", std::nullopt}}
                                          : std::vector<Crowd>{{100, 5, "rollback", 1.1}};
    std::map<std::size_t, double> ms_each;
    for (const Crowd& crowd : crowds) {
        const BenchPairs pairs = measure_in_turn(
            crowd.rounds, [&] { return pool_start_ms(crowd.writers, crowd.profile); },
            [&] { return bare_start_ms(crowd.writers, crowd.profile); });
        record_bench({.what = std::to_string(crowd.writers) + " writers (" + crowd.profile +
                              ") started, until all are ready",
                      .against = "bare posix_spawn loop",
                      .unit = "ms",
                      .reach = crowd.reach},
                     pairs);
        ms_each.emplace(crowd.writers, median(pairs.ours) / static_cast<double>(crowd.writers));
        CHECK(ms_each[crowd.writers] > 0);
    }
    if (ms_each.size() > 1) {
        record_bench({.what = "start of a writer among 5000",
                      .against = "among 100",
                      .unit = "ms",
                      .reach = 1.3},
                     BenchPairs{{ms_each[5000]}, {ms_each[100]}});
    }
}

TEST_CASE("bench.a writer is ready as soon as a plain C program is")
{
    const Place place("recommended");
    const auto rows = example_rows(1);
    const Command writer = writer_commands(place, rows).front();
    const Command plain{FIRSTLOCK_PLAIN_WRITER,
                        {place.database.string(), boost::uuids::to_string(rows[0])},
                        writer.environment};
    const BenchPairs pairs = measure_in_turn(
        settings().depth == Depth::deep ? 401 : 51, [&] { return exec_to_ready_ms(writer); },
        [&] { return exec_to_ready_ms(plain); });
    const double ratio = record_bench({.what = "exec to ready of one writer",
                                       .against = "plain C program",
                                       .unit = "ms",
                                       .reach = 1.15},
                                      pairs);
    CHECK(ratio > 0);
}

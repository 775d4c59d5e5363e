// The writer that the cases about faults start: it writes transactions until it is killed,
// checkpoints, or does what it is told, over a VFS that may log, fail or lie. Its task comes as
// arguments (fault_task.hpp).
#include "helpers/faults/roles.hpp"
#include "helpers/faults/shim.hpp"
#include "helpers/process/child.hpp"
#include "helpers/process/limits.hpp"
#include "helpers/writer/say.hpp"

#include <CLI/CLI.hpp>

#include <grp.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <memory>

namespace {

using namespace firstlock;

constexpr uid_t nobody = 65534;

template <typename Enum>
CLI::CheckedTransformer names_of(const std::vector<Enum>& values)
{
    std::map<std::string, Enum> names;
    for (const Enum value : values) {
        names[std::string(name_of(value))] = value;
    }
    return CLI::CheckedTransformer(names);
}

void parse(int argc, char** argv, FaultTask& task)
{
    CLI::App app{"A writer over a faulty disk, or with a defect of its own"};
    std::vector<Mutation> mutations = all_mutations();
    mutations.push_back(Mutation::none);
    std::int64_t timeout_ms = 0;
    app.add_option("role", task.role)
        ->required()
        ->transform(names_of<FaultRole>(
            {FaultRole::stream, FaultRole::checkpointer, FaultRole::actor, FaultRole::starter}));
    app.add_option("database", task.database)->required();
    app.add_option("--box", task.box);
    app.add_option("--journal", task.settings.journal_mode);
    app.add_option("--synchronous", task.settings.synchronous);
    app.add_option("--timeout-ms", timeout_ms);
    app.add_option("--tag", task.tag);
    app.add_option("--writer", task.writer);
    app.add_option("--seed", task.seed);
    app.add_option("--transactions", task.transactions);
    app.add_option("--rows", task.rows_most)->check(CLI::Range(1, 200));
    app.add_option("--payload", task.payload_most);
    app.add_option("--cache", task.cache_pages);
    app.add_option("--autocheckpoint", task.autocheckpoint);
    app.add_flag("--plain", task.is_plain);
    app.add_option("--second", task.second);
    app.add_option("--log", task.log);
    app.add_option("--fail", task.injection.call);
    app.add_option("--nth", task.injection.nth);
    app.add_option("--code", task.injection.code);
    app.add_flag("--stays", task.injection.stays);
    app.add_option("--mutation", task.mutation)->transform(names_of(mutations));
    app.add_option("--file-bytes", task.file_bytes_most);
    app.add_option("--descriptors", task.descriptors_most);
    app.add_option("--processes", task.processes_most);
    app.add_flag("--nobody", task.as_nobody);
    app.parse(argc, argv);
    task.settings.busy_timeout = std::chrono::milliseconds(timeout_ms);
}

template <typename Resource>
void limit(Resource resource, std::uint64_t most)
{
    const rlimit both{most, most};
    if (most > 0 && ::setrlimit(resource, &both) != 0) {
        throw std::system_error(errno, std::generic_category(), "setrlimit");
    }
}

/// Behind the opening of the black box, which is not what shall fail.
void take_on_limits(const FaultTask& task)
{
    if (task.as_nobody && ::geteuid() == 0 &&
        (::setgroups(0, nullptr) != 0 || ::setgid(nobody) != 0 || ::setuid(nobody) != 0)) {
        throw std::system_error(errno, std::generic_category(), "give up root");
    }
    ::signal(SIGXFSZ, SIG_IGN); // so that the limit shows as an error of the write
    limit(RLIMIT_FSIZE, task.file_bytes_most);
    limit(RLIMIT_NOFILE, task.descriptors_most);
    limit(RLIMIT_NPROC, task.processes_most);
}

/// As many children as the task has transactions, all alive at once; says how far it came.
int run_starter(const FaultTask& task)
{
    std::vector<Child> children;
    try {
        make_room_for_children(task.transactions);
        while (children.size() < task.transactions) {
            children.emplace_back(Command{"/bin/cat", {}, {}});
        }
        say("started " + std::to_string(children.size()));
    } catch (const StartError& error) {
        say("refused after " + std::to_string(children.size()) + ": " + error.what());
    } catch (const LimitError& error) {
        say(std::string("refused at once: ") + error.what());
    }
    return WriterExit::done;
}

int run(const FaultTask& task)
{
    if (task.role == FaultRole::starter) {
        take_on_limits(task);
        return run_starter(task);
    }
    BlackBox box(task.box);
    const auto log =
        task.log.empty() ? nullptr : std::make_unique<OperationLog>(task.log, task.writer);
    if (needs_shim(task)) {
        install_shim(task, box.header(), log.get());
    }
    take_on_limits(task);
    return task.role == FaultRole::actor ? run_actor(task, box) : run_stream(task, box, log.get());
}

} // namespace

int main(int argc, char** argv)
{
    try {
        FaultTask task;
        parse(argc, argv, task);
        return run(task);
    } catch (const CLI::ParseError& error) {
        std::fprintf(stderr, "firstlock-fault-writer: %s\n", error.what());
        return WriterExit::bad_task;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "firstlock-fault-writer: could not get ready: %s\n", error.what());
        return WriterExit::setup_failed;
    }
}

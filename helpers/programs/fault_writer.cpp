// firstlock-fault-writer TASK: the writer that the cases about faults start. It writes transactions
// until it is killed, or checkpoints, over a VFS that may log, fail or lie (fault_task.hpp).
#include "helpers/described/task.hpp"
#include "helpers/faults/fault_acts.hpp"
#include "helpers/sqlite/error.hpp"
#include "helpers/writer/protocol.hpp"
#include "helpers/writer/say.hpp"

#include <grp.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <system_error>

namespace {

using namespace firstlock;

template <typename Resource>
void limit(Resource resource, std::uint64_t max)
{
    const rlimit both{max, max};
    if (max > 0 && ::setrlimit(resource, &both) != 0) {
        throw std::system_error(errno, std::generic_category(), "setrlimit");
    }
}

/// After the opening of the black box, which is not what shall fail.
void take_on_limits(const FaultTask& task)
{
    constexpr uid_t nobody = 65534;
    if (task.as_nobody && ::geteuid() == 0 &&
        (::setgroups(0, nullptr) != 0 || ::setgid(nobody) != 0 || ::setuid(nobody) != 0)) {
        throw std::system_error(errno, std::generic_category(), "give up root");
    }
    ::signal(SIGXFSZ, SIG_IGN); // so that the limit shows as an error of the write
    limit(RLIMIT_FSIZE, task.file_bytes_max);
    limit(RLIMIT_NOFILE, task.descriptors_max);
}

void run(const FaultTask& task)
{
    BlackBox box(task.box);
    const OperationLog log(task.log, task.writer);
    install_shim(task, box.header(), log);
    take_on_limits(task);
    say("firstlock ready");
    if (!wait_for_go()) {
        return;
    }
    try {
        run_transactions(task, box, log);
        say("firstlock ok");
    } catch (const SqliteError& error) {
        Report report;
        report.kind = Report::Kind::failed;
        report.code = error.code();
        report.stage = "open";
        say(format(report));
    }
}

} // namespace

int main(int argc, char** argv)
{
    auto failure = WriterExit::bad_task;
    try {
        const auto task = task_from<FaultTask>(argc, argv);
        failure = WriterExit::setup_failed;
        run(task);
        return WriterExit::done;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "firstlock-fault-writer: %s\n", error.what());
        return failure;
    }
}

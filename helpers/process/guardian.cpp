#include "helpers/process/guardian.hpp"

#include "helpers/process/interrupt.hpp"
#include "helpers/process/launcher.hpp"
#include "helpers/process/streams.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <new>
#include <optional>
#include <system_error>

namespace firstlock {
namespace {

GroupTable& mapped_table(int file)
{
    void* const place =
        ::ftruncate(file, sizeof(GroupTable)) == 0
            ? ::mmap(nullptr, sizeof(GroupTable), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0)
            : MAP_FAILED;
    if (place == MAP_FAILED) {
        throw StartError("cannot share the account of children with their guardian: " +
                         std::generic_category().message(errno));
    }
    return *new (place) GroupTable; // stays mapped: a signal handler may read it at any time
}

class Guardian {
  public:
    Guardian()
    {
        const SignalsHeld until_it_runs; // a handler of ours must not run in it
        const Command command{FIRSTLOCK_GUARDIAN_EXECUTABLE, {}, {}};
        const Descriptor table = make_unnamed_file(command, "account of children");
        groups_ = &mapped_table(table.get());
        Pipe lifeline = make_pipe(command);
        const Descriptor nowhere(::open("/dev/null", O_WRONLY | O_CLOEXEC));
        pid_ = launch(command, lifeline.read_end.get(), table.get(), nowhere.get());
        lifeline_ = set_aside(std::move(lifeline.write_end));
    }
    /// Ends it in either of two ways: a fork may have copied the lifeline, and a process that has
    /// lost its rights may not send a signal to it.
    ~Guardian()
    {
        groups_->kill_all();
        lifeline_.reset();
        ::kill(pid_, SIGKILL);
        while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
        }
    }
    Guardian(const Guardian&) = delete;
    Guardian& operator=(const Guardian&) = delete;

    GroupTable& groups() { return *groups_; }

  private:
    GroupTable* groups_ = nullptr;
    Descriptor lifeline_; // open as long as this process is
    pid_t pid_ = -1;
};

std::optional<Guardian>& guardian()
{
    static std::optional<Guardian> one; // its end is the guardian's: no zombie is left to others
    return one;
}

} // namespace

GroupTable& guarded_groups()
{
    auto& one = guardian();
    if (!one) {
        one.emplace();
    }
    return one->groups();
}

void dismiss_guardian()
{
    guardian().reset();
}

} // namespace firstlock

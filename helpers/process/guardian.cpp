#include "helpers/process/guardian.hpp"

#include "helpers/process/interrupt.hpp"
#include "helpers/process/launcher.hpp"
#include "helpers/process/streams.hpp"

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <new>
#include <optional>
#include <string>
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

/// What is said until the other end is closed.
std::string all_of(const Descriptor& pipe)
{
    std::string text;
    std::array<char, 512> bytes{};
    ssize_t count = 1;
    while (count > 0 || (count < 0 && errno == EINTR)) {
        count = ::read(pipe.get(), bytes.data(), bytes.size());
        text.append(bytes.data(), static_cast<std::size_t>(count > 0 ? count : 0));
    }
    return text;
}

class Guardian {
  public:
    Guardian()
    {
        const SignalsHeld until_it_runs; // a handler of ours must not run in it
        const Command command{
            FIRSTLOCK_GUARDIAN_EXECUTABLE, {}, inherited_environment("FIRSTLOCK_")};
        const Descriptor table = make_unnamed_file(command, "account of children");
        groups_ = &mapped_table(table.get());
        Pipe lifeline = make_pipe(command);
        Pipe first_words = make_pipe(command);
        pid_ = launch(command, lifeline.read_end.get(), table.get(), first_words.write_end.get());
        first_words.write_end.reset();
        if (const std::string said = all_of(first_words.read_end); said != guardian_ready) {
            ::kill(pid_, SIGKILL);
            reap();
            throw StartError("'" + command.executable.string() +
                             "' does not guard our children; it said '" + said + "'");
        }
        lifeline_ = set_aside(std::move(lifeline.write_end));
    }
    /// Ends it in either of two ways: a fork may have copied the lifeline, and a process that has
    /// lost its rights may not send a signal to it.
    ~Guardian()
    {
        groups_->kill_all();
        lifeline_.reset();
        ::kill(pid_, SIGKILL);
        reap();
    }
    Guardian(const Guardian&) = delete;
    Guardian& operator=(const Guardian&) = delete;

    GroupTable& groups() { return *groups_; }

  private:
    void reap() const
    {
        while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
        }
    }

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

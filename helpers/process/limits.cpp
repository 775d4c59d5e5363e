#include "helpers/process/limits.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <cerrno>
#include <fstream>

namespace firstlock {
namespace {

constexpr rlim_t descriptors_per_child = 3; // stdin, stdout, stderr
constexpr rlim_t descriptors_of_our_own = 64;

std::string text_of(rlim_t limit)
{
    return limit == RLIM_INFINITY ? "unlimited" : std::to_string(limit);
}

template <typename Resource> // an enumeration in glibc, an int elsewhere
rlimit limit_of(Resource resource)
{
    rlimit limit{};
    ::getrlimit(resource, &limit);
    return limit;
}

/// Linux has one more, for all users together.
std::string limit_of_machine()
{
    std::ifstream file("/proc/sys/kernel/pid_max");
    std::string value;
    return file >> value ? ", and " + value + " for the machine (kernel.pid_max)" : "";
}

} // namespace

void make_room_for_children(std::size_t children)
{
    const rlim_t needed = descriptors_per_child * children + descriptors_of_our_own;
    rlimit limit = limit_of(RLIMIT_NOFILE);
    if (limit.rlim_cur != RLIM_INFINITY && limit.rlim_cur < needed) {
        if (limit.rlim_max != RLIM_INFINITY && limit.rlim_max < needed) {
            const std::size_t room =
                (std::max(limit.rlim_max, descriptors_of_our_own) - descriptors_of_our_own) /
                descriptors_per_child;
            throw LimitError(std::to_string(children) + " writers need " + std::to_string(needed) +
                                 " open descriptors, and the hard limit is " +
                                 text_of(limit.rlim_max) + ": raise it as root (ulimit -Hn " +
                                 std::to_string(needed) +
                                 ", or nofile in limits.conf), or ask for at most " +
                                 std::to_string(room) + " writers",
                             room);
        }
        limit.rlim_cur = limit.rlim_max == RLIM_INFINITY ? needed : limit.rlim_max;
        ::setrlimit(RLIMIT_NOFILE, &limit);
    }
}

std::string advice_on_limit(int error)
{
    if (error == EAGAIN) {
        return "; the process limit is " + text_of(limit_of(RLIMIT_NPROC).rlim_cur) +
               " for this user (ulimit -u; in a container also pids.max of its cgroup)" +
               limit_of_machine() + ": raise it, or ask for fewer writers";
    }
    if (error == EMFILE || error == ENFILE) {
        return "; the limit on open descriptors is " + text_of(limit_of(RLIMIT_NOFILE).rlim_cur) +
               " for this process (ulimit -n; fs.file-max for the system): raise it, or ask for "
               "fewer writers";
    }
    if (error == ENOMEM) {
        return "; the machine is short of memory: ask for fewer writers";
    }
    return "";
}

} // namespace firstlock

#include "helpers/results/environment.hpp"

#include "helpers/sqlite/build_info.hpp"

#include <sys/utsname.h>
#include <unistd.h>

#ifdef FIRSTLOCK_LINUX
#include <linux/magic.h>
#include <sched.h>
#include <sys/vfs.h>
#else
#include <sys/mount.h>
#include <sys/param.h>
#endif

#include <array>
#include <fstream>
#include <sstream>
#include <thread>

namespace firstlock {
namespace {

unsigned usable_cpus()
{
#ifdef FIRSTLOCK_LINUX
    cpu_set_t set;
    CPU_ZERO(&set);
    if (::sched_getaffinity(0, sizeof(set), &set) == 0) {
        return static_cast<unsigned>(CPU_COUNT(&set));
    }
#endif
    return std::thread::hardware_concurrency();
}

#ifdef FIRSTLOCK_LINUX
/// mountinfo writes blank, tab, line feed and backslash as three octal digits (proc(5)).
std::string unescaped(const std::string& text)
{
    std::string result;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] == '\\' && at + 3 < text.size()) {
            result += static_cast<char>(std::stoi(text.substr(at + 1, 3), nullptr, 8));
            at += 3;
        } else {
            result += text[at];
        }
    }
    return result;
}

/// For a process whose root is not among the mounts it can see (chroot): the kernel's magic number
/// (statfs(2)).
std::string type_by_magic(const std::filesystem::path& directory)
{
    struct statfs info {};
    if (::statfs(directory.c_str(), &info) != 0) {
        return "unknown";
    }
    switch (static_cast<unsigned long>(info.f_type)) {
    case EXT4_SUPER_MAGIC:
        return "ext4"; // ext2 and ext3 have the same number, and the same driver
    case TMPFS_MAGIC:
        return "tmpfs";
    case BTRFS_SUPER_MAGIC:
        return "btrfs";
    case XFS_SUPER_MAGIC:
        return "xfs";
    case OVERLAYFS_SUPER_MAGIC:
        return "overlay";
    case NFS_SUPER_MAGIC:
        return "nfs";
    default:
        return "unknown";
    }
}

bool is_below(const std::string& path, const std::string& mount)
{
    return mount == "/" || path == mount || path.starts_with(mount + "/");
}
#endif

} // namespace

std::string file_system_of(const std::filesystem::path& directory)
{
#ifdef FIRSTLOCK_LINUX
    const std::string path = std::filesystem::canonical(directory).string();
    std::ifstream mounts("/proc/self/mountinfo");
    std::string type = type_by_magic(directory);
    std::string longest;
    for (std::string line; std::getline(mounts, line);) {
        std::istringstream words(line);
        std::string skipped;
        std::string mount;
        std::string word;
        words >> skipped >> skipped >> skipped >> skipped >> mount;
        while (words >> word && word != "-") {
        }
        mount = unescaped(mount);
        // Later lines cover earlier ones at the same place, so an equal length wins too.
        if (words >> word && is_below(path, mount) && mount.size() >= longest.size()) {
            longest = mount;
            type = word;
        }
    }
    return type;
#elif !defined(__linux__)
    struct statfs info {};
    return ::statfs(directory.c_str(), &info) == 0 ? info.f_fstypename : "unknown";
#else
    static_cast<void>(directory);
    return "unknown";
#endif
}

Environment environment_of(const std::filesystem::path& directory)
{
    utsname system{};
    ::uname(&system);
    std::array<char, 256> host{};
    ::gethostname(host.data(), host.size() - 1);
    const SqliteBuild sqlite = sqlite_build();
    return {.sqlite_version = sqlite.version,
            .sqlite_source_id = sqlite.source_id,
            .sqlite_options = sqlite.options,
            .sqlite_defines = sqlite.defines,
            .file_system = file_system_of(directory),
            .cpu_count = usable_cpus(),
            .kernel = std::string(system.sysname) + " " + system.release,
            .host = host.data()};
}

} // namespace firstlock

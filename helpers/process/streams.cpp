#include "helpers/process/streams.hpp"

#include "helpers/process/limits.hpp"

#include <fcntl.h>
#ifdef FIRSTLOCK_LINUX
#include <sys/mman.h>
#endif
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <utility>

namespace firstlock {

Pipe make_pipe(const Command& command)
{
    std::array<int, 2> ends{};
#ifdef FIRSTLOCK_LINUX
    const bool is_made = ::pipe2(ends.data(), O_CLOEXEC) == 0;
#else
    const bool is_made = ::pipe(ends.data()) == 0 && ::fcntl(ends[0], F_SETFD, FD_CLOEXEC) == 0 &&
                         ::fcntl(ends[1], F_SETFD, FD_CLOEXEC) == 0;
#endif
    if (!is_made) {
        throw_start_error(command, "pipe", errno);
    }
    return {Descriptor(ends[0]), Descriptor(ends[1])};
}

std::filesystem::path directory_for_temporary_files(std::error_code& missing)
{
    auto directory = std::filesystem::temp_directory_path(missing);
    if (const char* const named = std::getenv("TMPDIR"); missing && named != nullptr) {
        directory = named;
    }
    return directory;
}

Descriptor make_unnamed_file(const Command& command, const std::string& purpose)
{
#ifdef FIRSTLOCK_LINUX
    Descriptor in_memory(::memfd_create("firstlock", MFD_CLOEXEC));
    if (in_memory.get() >= 0) {
        return in_memory;
    }
    if (!advice_on_limit(errno).empty()) {
        throw_start_error(command, purpose, errno);
    }
#endif
    std::error_code missing;
    const std::string directory = directory_for_temporary_files(missing).string();
    std::string name = directory + "/firstlock-XXXXXX";
    Descriptor file(missing ? -1 : ::mkstemp(name.data()));
    if (file.get() < 0) {
        throw_start_error(command,
                          purpose + " in '" + directory +
                              "', the directory for temporary files (TMPDIR may name another one)",
                          missing ? missing.value() : errno);
    }
    ::unlink(name.c_str());
    ::fcntl(file.get(), F_SETFD, FD_CLOEXEC);
    return file;
}

Descriptor set_aside(Descriptor kept)
{
    constexpr int low_numbers = 64;
    const int aside = ::fcntl(kept.get(), F_DUPFD_CLOEXEC, low_numbers);
    return aside < 0 ? std::move(kept) : Descriptor(aside);
}

} // namespace firstlock

// The guardian of a process's children: when that process has ended without having stopped them, it
// kills what is in their account. Its stdin is a pipe that only that process has the other end of,
// its stdout the memory that both share, its stderr a pipe on which it says that it is there
// (helpers/process/guardian.hpp).
#include "helpers/process/group_table.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>

int main()
{
    using firstlock::GroupTable;
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) {
        std::signal(signal, SIG_IGN); // the one whose children it guards decides when it ends
    }
    static_cast<void>(!::chdir("/")); // or it would keep a file system from being unmounted
    void* const shared =
        ::mmap(nullptr, sizeof(GroupTable), PROT_READ | PROT_WRITE, MAP_SHARED, STDOUT_FILENO, 0);
    if (shared == MAP_FAILED) {
        std::perror("firstlock-guardian: its stdout is not an account of children, which only the "
                    "suite gives it");
        return 1;
    }
    static_cast<void>(
        !::write(STDERR_FILENO, firstlock::guardian_ready, std::strlen(firstlock::guardian_ready)));
    ::close(STDERR_FILENO);
    char byte = 0;
    ssize_t count = 1;
    while (count > 0 || (count < 0 && errno == EINTR)) {
        count = ::read(STDIN_FILENO, &byte, 1);
    }
    static_cast<GroupTable*>(shared)->kill_all();
}

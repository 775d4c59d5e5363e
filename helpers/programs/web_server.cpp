// firstlock-web: an HTTP/1.1 server whose requests write to SQLite, as people's web applications
// do. Binds one socket, forks its worker processes before any of them opens SQLite (a handle that
// is open across a fork loses rows), and prints `ready PORT` when all of them accept. SIGTERM and
// SIGINT let requests in flight be answered. At its end prints, for each worker process, `worker
// PID connections N requests N`. Exit status 0; 3 when
// --drain-timeout-ms cut requests off; 1 when it could not start or a worker failed; 105 and above
// for a wrong call (CLI11's own).
#include "helpers/web/server_command_line.hpp"
#include "helpers/web/supervisor.hpp"

#include <sys/resource.h>

#include <csignal>
#include <cstdio>
#include <exception>

namespace {

/// Each connection is a descriptor, and the usual soft limit is 1024.
void raise_descriptor_limit()
{
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        ::setrlimit(RLIMIT_NOFILE, &limit);
    }
}

} // namespace

int main(int argc, char** argv)
{
    using namespace firstlock::web;
    ServerSettings settings;
    if (const auto exit_code = parse_server_command_line(argc, argv, settings)) {
        return *exit_code;
    }
    ::signal(SIGPIPE, SIG_IGN);
    raise_descriptor_limit();
    try {
        return Supervisor(settings).run();
    } catch (const std::exception& error) {
        std::fprintf(stderr, "firstlock-web: %s\n", error.what());
        return 1;
    }
}

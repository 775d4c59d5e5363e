// firstlock-web TASK: an HTTP/1.1 server whose requests write to SQLite, as people's web
// applications do; one process of a site. TASK is ServerSettings as JSON
// (helpers/web/server_settings.hpp). Prints `ready PORT` when it accepts. SIGTERM, SIGINT, SIGHUP
// and the end of stdin let requests in flight be answered; then it prints ServerReport as JSON.
// Exit status 0; 3 when the drain timeout cut requests off; 1 when it could not start.
#include "helpers/programs/task_main.hpp"
#include "helpers/web/server.hpp"

#include <boost/asio/ip/address.hpp>

namespace {

using namespace firstlock;
using namespace firstlock::web;

constexpr int not_drained = 3;

bool others_can_reach(const std::string& address)
{
    boost::system::error_code error;
    return !boost::asio::ip::make_address(address, error).is_loopback() || error;
}

void check(const ServerSettings& task)
{
    check_value(exists(task.database), "database", task.database, "an existing file");
    check_word<JournalMode>("journal_mode", task.sqlite.journal_mode);
    check_word<Synchronous>("synchronous", task.sqlite.synchronous);
    check_value(task.threads >= 1 && task.threads <= 1000, "threads", task.threads, "1 to 1000");
    check_value(task.pool_size >= 1 && task.pool_size <= 1000, "pool_size", task.pool_size,
                "1 to 1000");
    check_value(!others_can_reach(task.address) || task.allow_remote, "address", task.address,
                "a loopback address such as 127.0.0.1, or any address where allow_remote is true");
    check_value(!task.joins || task.port > 0, "port", task.port,
                "the one that a site listens on, where joins is true");
}

} // namespace

int main(int argc, char** argv)
{
    return run_task<ServerSettings>("firstlock-web", argc, argv, [](const ServerSettings& task) {
        check(task);
        const ServerReport report =
            serve(task, [](unsigned short port) { std::cout << "ready " << port << std::endl; });
        std::cout << json_text(report) << std::endl;
        return report.drained ? 0 : not_drained;
    });
}

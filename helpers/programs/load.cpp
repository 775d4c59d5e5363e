// firstlock-load TASK: puts a web server under load. TASK is LoadTask as JSON
// (helpers/web/load_client.hpp); prints what came of it, and what the table has to hold because of
// it, as JSON. Exit status 0, whatever the server did; 1 when not one client could connect, or the
// task is not accepted.
#include "helpers/programs/task_main.hpp"
#include "helpers/web/load_client.hpp"

namespace {

using namespace firstlock;
using namespace firstlock::web;

void check(const LoadTask& task)
{
    check_value(task.clients >= 1 && task.clients <= 20'000, "clients", task.clients, "1 to 20000");
    check_value(task.rate >= 0 && task.rate <= 1e6, "rate", task.rate,
                "0 (a closed loop) to 1000000 a second");
    check_value(task.num >= 1 && task.num <= rows_max, "num", task.num, "1 to 1000");
    check_value(!task.endpoints.empty(), "endpoints", task.endpoints,
                "one or several of " + names_of<Endpoint>());
}

} // namespace

int main(int argc, char** argv)
{
    return run_task<LoadTask>("firstlock-load", argc, argv, [](const LoadTask& task) {
        check(task);
        std::cout << json_text(put_under_load(task)) << std::endl;
        return 0;
    });
}

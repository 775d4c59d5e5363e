// A writer that breaks the rules, one way per mode, so that the suite can show that it notices.
// Used by the cases of the harness only. `firstlock-rogue-writer MODE`; the task comes as for any
// writer.
#include "helpers/sqlite/connection.hpp"
#include "helpers/writer/protocol.hpp"
#include "helpers/writer/say.hpp"

#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <map>
#include <string>

namespace {

using namespace firstlock;

[[noreturn]] void hang()
{
    ::signal(SIGTERM, SIG_IGN); // so that only SIGKILL ends it
    for (;;) {
        ::pause();
    }
}

void insert(const Task& task, const std::string& message)
{
    Connection connection(task.database, {.busy_timeout = std::chrono::seconds(20)});
    Statement statement(connection, "INSERT INTO messages(msg) VALUES (?)");
    statement.bind(1, message);
    if (statement.run() != 0) {
        std::fprintf(stderr, "rogue: %s\n", connection.last_message().c_str());
        std::exit(70);
    }
}

void flood()
{
    const std::string line(1023, 'x');
    for (int count = 0; count < 1024; ++count) {
        say(line);
        std::fprintf(stderr, "%s\n", line.c_str());
    }
}

/// Its own row is dropped, a copy of one that is already there goes in: the counts stay right.
void store_anothers_row(const Task& task)
{
    Connection connection(task.database, {.busy_timeout = std::chrono::seconds(20)});
    connection.execute("INSERT INTO messages(msg) SELECT msg FROM messages LIMIT 1");
}

/// A made-up row instead of its own: the counts stay right here too.
void store_invented_row(const Task& task)
{
    std::string message = task.message;
    std::reverse(message.begin(), message.end());
    insert(task, message);
}

using Act = std::function<void(const Task&)>;

const std::map<std::string, Act>& before_ready()
{
    static const std::map<std::string, Act> acts{
        {"never_ready", [](const Task&) { hang(); }},
        {"exits_early", [](const Task&) { std::exit(3); }},
        {"floods", [](const Task&) { flood(); }},
        {"garbage_before_ready", [](const Task&) { say("firstlock redy"); }},
    };
    return acts;
}

const std::map<std::string, Act>& after_go()
{
    static const std::map<std::string, Act> acts{
        {"hangs_after_gate", [](const Task&) { hang(); }},
        {"exits_at_gate", [](const Task&) { std::exit(3); }},
        {"is_killed", [](const Task&) { ::raise(SIGKILL); }},
        {"is_locked", [](const Task&) { say("firstlock locked 5"); }},
        {"is_locked_late",
         [](const Task&) {
             ::usleep(300'000); // time for another to die
             say("firstlock locked 5");
         }},
        {"is_killed_after_insert",
         [](const Task& task) {
             insert(task, task.message);
             ::raise(SIGKILL);
         }},
        {"prints_garbage", [](const Task&) { say("firstlock okay"); }},
        {"floods", [](const Task& task) { insert(task, task.message), say("firstlock ok"); }},
        {"acknowledges_without_insert", [](const Task&) { say("firstlock ok"); }},
        {"inserts_in_silence", [](const Task& task) { insert(task, task.message); }},
        {"inserts_and_says_locked",
         [](const Task& task) { insert(task, task.message), say("firstlock locked 5"); }},
        {"inserts_and_says_failed",
         [](const Task& task) { insert(task, task.message), say("firstlock failed 19 no"); }},
        {"inserts_twice",
         [](const Task& task) {
             insert(task, task.message);
             insert(task, task.message);
             say("firstlock ok");
         }},
        {"stores_anothers_row",
         [](const Task& task) { store_anothers_row(task), say("firstlock ok"); }},
        {"stores_an_invented_row",
         [](const Task& task) { store_invented_row(task), say("firstlock ok"); }},
        {"reports_twice",
         [](const Task& task) {
             insert(task, task.message);
             say("firstlock ok");
             say("firstlock locked 5");
         }},
        {"fails_after_ok",
         [](const Task& task) {
             insert(task, task.message);
             say("firstlock ok");
             std::exit(7);
         }},
        {"tells_the_time_of_day",
         [](const Task& task) {
             insert(task, task.message);
             say("firstlock ok start=1763700000000000000 end=1763700000000000001");
         }},
        {"fails_at_commit_and_hangs",
         [](const Task&) {
             say("firstlock failed 10 disk I/O error stage=commit");
             hang();
         }},
        {"fails", [](const Task&) { say("firstlock failed 1 near nowhere: syntax error"); }},
        {"full_disk_at_commit",
         [](const Task& task) {
             insert(task, task.message);
             say("firstlock failed 13 database or disk is full stage=commit");
         }},
    };
    return acts;
}

} // namespace

int main(int argc, char** argv)
{
    const std::string mode = argc == 2 ? argv[1] : "";
    if (!before_ready().contains(mode) && !after_go().contains(mode)) {
        std::fprintf(stderr, "firstlock-rogue-writer: unknown mode '%s'\n", mode.c_str());
        return WriterExit::bad_task;
    }
    const Task task = task_from_environment();
    if (const auto act = before_ready().find(mode); act != before_ready().end()) {
        act->second(task);
    }
    say("firstlock ready");
    if (!wait_for_go()) {
        return WriterExit::done;
    }
    if (const auto act = after_go().find(mode); act != after_go().end()) {
        act->second(task);
    }
    return WriterExit::done;
}

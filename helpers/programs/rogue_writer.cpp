// A writer that breaks the rules, one way per mode, so that the suite can show that it notices.
// Used by the cases of the harness only. `firstlock-rogue-writer MODE`; the task comes as for any
// writer.
#include "helpers/sqlite/connection.hpp"
#include "helpers/writer/protocol.hpp"
#include "helpers/writer/say.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <map>
#include <string>
#include <thread>
#include <vector>

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

using Act = std::function<void(const Task&)>;

Act says(const std::string& line)
{
    return [=](const Task&) { say(line); };
}

Act stores_its_row_and_says(const std::vector<std::string>& lines)
{
    return [=](const Task& task) {
        insert(task, task.message);
        for (const std::string& line : lines) {
            say(line);
        }
    };
}

Act exits(int status)
{
    return [=](const Task&) { std::exit(status); };
}

/// A made-up row instead of its own: the counts stay right.
void store_an_invented_row(const Task& task)
{
    std::string message = task.message;
    std::reverse(message.begin(), message.end());
    insert(task, message);
    say("firstlock ok");
}

/// Its own row is dropped, a copy of one that is already there goes in: the counts stay right here
/// too.
void store_anothers_row(const Task& task)
{
    Connection connection(task.database, {.busy_timeout = std::chrono::seconds(20)});
    connection.execute("INSERT INTO messages(msg) SELECT msg FROM messages LIMIT 1");
    say("firstlock ok");
}

// Which of two rogues comes first is a lock on a file: shared by those that hold it from before the
// gate opens, until they let go of it or die, and wanted alone by the one that comes after them.
int turn = -1;

void take_turn(const Task& task, int operation)
{
    turn = ::open((task.database.string() + ".turn").c_str(), O_RDWR | O_CREAT, 0600);
    if (turn < 0 || ::flock(turn, operation) != 0) {
        std::perror("rogue: the file of turns");
        std::exit(70);
    }
}

/// No two of these are ever at work together, and each says when it was.
void take_its_turn(const Task& task)
{
    take_turn(task, LOCK_EX);
    Report report;
    report.kind = Report::Kind::ok;
    report.start_ns = monotonic_ns();
    insert(task, task.message);
    report.end_ns = monotonic_ns();
    say(format(report));
}

void come_first(const Task& task)
{
    take_turn(task, LOCK_SH);
}

/// Kept by the process to its end.
void begin(const Task& task)
{
    static Connection connection(task.database, {.busy_timeout = std::chrono::seconds(20)});
    connection.execute("BEGIN IMMEDIATE");
}

/// A whole transaction of statements that people write, under the timeout that it was told, with a
/// pause before the insert or after it.
Act transacts(const std::vector<const char*>& before, std::chrono::milliseconds pause_before,
              std::chrono::milliseconds pause_after)
{
    return [=](const Task& task) {
        Connection connection(task.database, {.busy_timeout = task.settings.busy_timeout});
        Statement insert(connection, "INSERT INTO messages(msg) VALUES (?)");
        insert.bind(1, task.message);
        Report report;
        report.kind = Report::Kind::ok;
        report.start_ns = monotonic_ns();
        int code = 0;
        const auto go_on = [&](const char* stage, auto act) {
            if (code == 0 && (code = act()) != 0) {
                report.kind = Report::Kind::locked;
                report.code = code;
                report.stage = stage;
                report.text = connection.last_message();
            }
        };
        for (const char* const statement : before) {
            go_on("begin", [&] { return connection.try_execute(statement); });
        }
        std::this_thread::sleep_for(code == 0 ? pause_before : std::chrono::milliseconds(0));
        go_on("insert", [&] { return insert.run(); });
        std::this_thread::sleep_for(code == 0 ? pause_after : std::chrono::milliseconds(0));
        go_on("commit", [&] { return connection.try_execute("COMMIT"); });
        report.end_ns = monotonic_ns();
        say(format(report));
    };
}

constexpr const char* look = "SELECT count(*) FROM messages";

const std::map<std::string, Act> before_ready{
    {"never_ready", [](const Task&) { hang(); }},
    {"exits_early", exits(3)},
    {"floods", [](const Task&) { flood(); }},
    {"garbage_before_ready", says("firstlock redy")},
    {"inserts_before_ready", [](const Task& task) { insert(task, task.message); }},
    {"begins_before_ready", begin},
    {"exits_at_gate", come_first},
    {"fails_at_commit_and_hangs", come_first},
    {"closes_stdout_and_hangs", come_first},
};

const std::map<std::string, Act> after_go{
    {"hangs_after_gate", [](const Task&) { hang(); }},
    {"exits_at_gate",
     [](const Task&) {
         std::fclose(stdout); // its end is to be seen before its turn is over
         std::exit(3);
     }},
    {"closes_stdout_and_hangs",
     [](const Task&) {
         std::fclose(stdout);
         ::flock(turn, LOCK_UN);
         hang();
     }},
    {"floods_for_ever",
     [](const Task&) {
         for (;;) {
             say("noise");
         }
     }},
    {"is_locked", says("firstlock locked 5")},
    {"is_locked_after_another",
     [](const Task& task) {
         take_turn(task, LOCK_EX);
         say("firstlock locked 5");
     }},
    {"reads_then_writes", transacts({"BEGIN", look}, std::chrono::milliseconds(20), {})},
    {"begins_immediate_reads_then_writes",
     transacts({"BEGIN IMMEDIATE", look}, std::chrono::milliseconds(20), {})},
    {"sleeps_in_its_transaction",
     transacts({"BEGIN IMMEDIATE"}, {}, std::chrono::milliseconds(3000))},
    {"takes_its_turn", take_its_turn},
    {"is_killed", [](const Task&) { ::raise(SIGKILL); }},
    {"is_killed_after_insert",
     [](const Task& task) {
         insert(task, task.message);
         ::raise(SIGKILL);
     }},
    {"prints_garbage", says("firstlock okay")},
    {"floods", stores_its_row_and_says({"firstlock ok"})},
    {"acknowledges_without_insert", says("firstlock ok")},
    {"inserts_in_silence", stores_its_row_and_says({})},
    {"inserts_before_ready", says("firstlock ok")},
    {"inserts_without_go", stores_its_row_and_says({})},
    {"inserts_and_says_locked", stores_its_row_and_says({"firstlock locked 5"})},
    {"inserts_and_says_failed", stores_its_row_and_says({"firstlock failed 19 no"})},
    {"inserts_twice",
     [](const Task& task) {
         insert(task, task.message);
         insert(task, task.message);
         say("firstlock ok");
     }},
    {"stores_anothers_row", store_anothers_row},
    {"stores_an_invented_row", store_an_invented_row},
    {"reports_twice", stores_its_row_and_says({"firstlock ok", "firstlock locked 5"})},
    {"fails_after_ok",
     [](const Task& task) {
         insert(task, task.message);
         say("firstlock ok");
         std::exit(7);
     }},
    {"tells_the_time_of_day",
     stores_its_row_and_says({"firstlock ok start=1763700000000000000 end=1763700000000000001"})},
    {"fails_at_commit_and_hangs",
     [](const Task&) {
         say("firstlock failed 10 disk I/O error stage=commit");
         ::flock(turn, LOCK_UN);
         hang();
     }},
    {"fails", says("firstlock failed 1 near nowhere: syntax error")},
    {"full_disk_at_commit",
     stores_its_row_and_says({"firstlock failed 13 database or disk is full stage=commit"})},
};

} // namespace

int main(int argc, char** argv)
{
    const std::string mode = argc == 2 ? argv[1] : "";
    if (!before_ready.contains(mode) && !after_go.contains(mode)) {
        std::fprintf(stderr, "firstlock-rogue-writer: unknown mode '%s'\n", mode.c_str());
        return WriterExit::bad_task;
    }
    const Task task = task_from_environment();
    if (const auto act = before_ready.find(mode); act != before_ready.end()) {
        act->second(task);
    }
    say("firstlock ready");
    if (!wait_for_go() && mode != "inserts_without_go") {
        return WriterExit::done;
    }
    if (const auto act = after_go.find(mode); act != after_go.end()) {
        act->second(task);
    }
    return WriterExit::done;
}

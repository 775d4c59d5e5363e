// firstlock-session TASK: one process with one connection, which runs the statements that it reads
// from stdin, one a line, and says how each of them ended (session_protocol.hpp). So a case about
// two processes has two processes, and reads like a conversation. It ends with its stdin.
#include "helpers/programs/task_main.hpp"
#include "helpers/requests/session_protocol.hpp"
#include "helpers/sqlite/connection.hpp"
#include "helpers/sqlite/error.hpp"
#include "helpers/sqlite/sleep_recorder.hpp"
#include "helpers/writer/protocol.hpp"
#include "helpers/writer/say.hpp"

#include <sqlite3.h>

namespace {

using namespace firstlock;

bool has_said_waiting = false;

void say_waiting(int /*microseconds*/)
{
    if (!has_said_waiting) {
        has_said_waiting = true;
        say(session_waiting);
    }
}

StatementAnswer answer_to(Connection& connection, const std::string& line)
{
    has_said_waiting = false;
    StatementAnswer answer;
    const SleepsAsked before = sleeps_asked();
    const std::int64_t start_ns = monotonic_ns();
    if (line == ".checkpoint") {
        answer.code = sqlite3_wal_checkpoint_v2(connection.handle(), nullptr,
                                                SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
    } else {
        try {
            answer.rows = connection.rows(line);
        } catch (const SqliteError& error) {
            answer.code = error.code();
            answer.message = connection.last_message();
        }
    }
    answer.took_ms = static_cast<double>(monotonic_ns() - start_ns) / 1e6;
    const SleepsAsked asked = sleeps_asked().since(before);
    answer.sleeps = asked.count;
    answer.slept_ms = static_cast<double>(asked.total_us) / 1e3;
    return answer;
}

} // namespace

int main(int argc, char** argv)
{
    return run_task<SessionTask>("firstlock-session", argc, argv, [](const SessionTask& task) {
        record_sleeps(say_waiting);
        Connection connection(task.database,
                              {.busy_timeout = task.busy_timeout, .retry = task.retry});
        say(session_ready);
        for (std::string line; std::getline(std::cin, line);) {
            say(json_text(answer_to(connection, line)));
        }
        return 0;
    });
}

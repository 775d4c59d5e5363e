// firstlock-session DATABASE: one process with one connection, which runs the statements that it
// reads from stdin, one a line, and says how each of them ended (answer.hpp). So a case about two
// processes has two processes, and reads like a conversation. It ends with its stdin.
#include "helpers/requests/answer.hpp"
#include "helpers/sqlite/connection.hpp"
#include "helpers/sqlite/sleep_recorder.hpp"
#include "helpers/writer/protocol.hpp"
#include "helpers/writer/say.hpp"

#include "helpers/described/names.hpp"
#include <sqlite3.h>

#include <cstdio>
#include <iostream>
#include <sstream>

namespace {

using namespace firstlock;

bool has_said_waiting = false;

void say_waiting()
{
    if (!has_said_waiting) {
        has_said_waiting = true;
        say(session_waiting);
    }
}

std::vector<std::string> row_of(sqlite3_stmt* statement)
{
    std::vector<std::string> row;
    for (int column = 0; column < sqlite3_column_count(statement); ++column) {
        const auto* const text = sqlite3_column_text(statement, column);
        row.emplace_back(text == nullptr ? "" : reinterpret_cast<const char*>(text));
    }
    return row;
}

int run(sqlite3* handle, const std::string& sql, Answer& answer)
{
    sqlite3_stmt* statement = nullptr;
    int code = sqlite3_prepare_v2(handle, sql.c_str(), -1, &statement, nullptr);
    if (code == SQLITE_OK) {
        while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
            answer.rows.push_back(row_of(statement));
        }
    }
    if (code == SQLITE_DONE) {
        code = SQLITE_OK;
    }
    if (code != SQLITE_OK) {
        code = sqlite3_extended_errcode(handle);
        answer.message = sqlite3_errmsg(handle);
    }
    sqlite3_finalize(statement);
    return code;
}

int set_timeout(Connection& connection, std::istringstream& words)
{
    int milliseconds = -1;
    std::string name;
    words >> milliseconds >> name;
    for (const Retry retry : {Retry::sqlite, Retry::constant, Retry::jittered}) {
        if (milliseconds >= 0 && name == name_of(retry)) {
            connection.set_busy_timeout(std::chrono::milliseconds(milliseconds), retry);
            return SQLITE_OK;
        }
    }
    return SQLITE_MISUSE;
}

int checkpoint(Connection& connection, std::istringstream& words, Answer& answer)
{
    std::string mode;
    words >> mode;
    int in_log = 0;
    int done = 0;
    const int code = sqlite3_wal_checkpoint_v2(connection.handle(), nullptr,
                                               mode == "truncate" ? SQLITE_CHECKPOINT_TRUNCATE
                                                                  : SQLITE_CHECKPOINT_PASSIVE,
                                               &in_log, &done);
    answer.rows.push_back({std::to_string(in_log), std::to_string(done)});
    return code;
}

Answer answer_to(Connection& connection, const std::string& line)
{
    has_said_waiting = false;
    Answer answer;
    std::istringstream words(line);
    std::string first;
    words >> first;
    const SleepsAsked before = sleeps_asked();
    const std::int64_t start_ns = monotonic_ns();
    if (first == ".timeout") {
        answer.code = set_timeout(connection, words);
    } else if (first == ".checkpoint") {
        answer.code = checkpoint(connection, words, answer);
    } else {
        answer.code = run(connection.handle(), line, answer);
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
    if (argc != 2) {
        std::fprintf(stderr, "firstlock-session: one argument is accepted, the database\n");
        return WriterExit::bad_task;
    }
    try {
        record_sleeps(say_waiting);
        Connection connection(argv[1]);
        say(session_ready);
        for (std::string line; std::getline(std::cin, line);) {
            say(format(answer_to(connection, line)));
        }
        return WriterExit::done;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "firstlock-session: %s\n", error.what());
        return WriterExit::setup_failed;
    }
}

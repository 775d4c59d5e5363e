// Goal:   what a writer says is understood as it was meant, and what breaks the protocol is quoted.
// Method: lines through parse_line() and format(); tasks through the environment.
#include "helpers/writer/protocol.hpp"
#include "tests/units/environment_variable.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <list>

using namespace firstlock;
using Catch::Matchers::ContainsSubstring;

namespace {

const std::string some_row = "00112233-4455-6677-8899-aabbccddeeff";

/// The whole environment of a task, for as long as this lives.
struct TaskEnvironment {
    std::list<EnvironmentVariable> variables;

    explicit TaskEnvironment(const WriterSettings& settings = {})
    {
        for (const auto& list :
             {task_environment("/tmp/a.db", settings), task_environment(3, some_row)}) {
            for (const std::string& entry : list) {
                const std::size_t equals = entry.find('=');
                variables.emplace_back(entry.substr(0, equals), entry.substr(equals + 1));
            }
        }
    }
};

} // namespace

TEST_CASE("harness.protocol: a report survives the way over the line")
{
    const std::string line = GENERATE(
        as<std::string>(), "firstlock ready", "firstlock ready journal_mode=wal profile=mine",
        "firstlock ok", "firstlock ok start=17 end=42", "firstlock locked ?",
        "firstlock locked 517 database is locked start=1 end=2 stage=begin",
        "firstlock failed 13 00112233-4455-6677-8899-aabbccddeeff disk is full stage=commit");
    CAPTURE(line);
    CHECK(format(parse_line(line).value()) == line);
}

TEST_CASE("harness.protocol: every part of a line is understood")
{
    const Report report = parse_line("firstlock locked 517 " + some_row +
                                     " snapshot is stale start=5 end=9 stage=insert\r")
                              .value();
    CHECK(report.kind == Report::Kind::locked);
    CHECK(report.code == 517);
    CHECK(report.message == some_row);
    CHECK(report.text == "snapshot is stale");
    CHECK(report.start_ns == 5);
    CHECK(report.end_ns == 9);
    CHECK(report.stage == "insert");
    CHECK(parse_line("firstlock ready synchronous=normal")->applied.at("synchronous") == "normal");
}

TEST_CASE("harness.protocol: a line that does not begin with the prefix is noise")
{
    const std::string line = GENERATE(as<std::string>(), "", "wal", "5000", " firstlock ok",
                                      "firstlock", "Firstlock ok", "firstlockok");
    CAPTURE(line);
    CHECK_FALSE(parse_line(line).has_value());
}

TEST_CASE("harness.protocol: a line that breaks the protocol is refused and quoted")
{
    const auto [line, why] = GENERATE(table<std::string, std::string>({
        {"firstlock redy",
         "'redy' is not a word of the protocol; accepted: ready, ok, locked, failed"},
        {"firstlock ", "'' is not a word of the protocol"},
        {"firstlock locked", "'' is not a number"},
        {"firstlock locked many", "'many' is not a number"},
        {"firstlock locked 5x", "'5x' is not a number"},
        {"firstlock locked 13 disk full", "so the word is 'failed'"},
        {"firstlock ok start=soon", "'soon' is not a number"},
        {"firstlock ok start=9 end=5", "end= lies before start="},
        {"firstlock ready fast", "'fast' after ready is not of the form key=value"},
    }));
    CAPTURE(line);
    CHECK_THROWS_AS(parse_line(line), ProtocolError);
    CHECK_THROWS_WITH(parse_line(line),
                      ContainsSubstring(why) && ContainsSubstring("'" + line + "'"));
}

TEST_CASE("harness.protocol: a flood in one line is quoted in part only")
{
    try {
        parse_line("firstlock " + std::string(100'000, 'x'));
        FAIL("the line was taken");
    } catch (const ProtocolError& error) {
        CHECK(std::string(error.what()).size() < 1000);
    }
}

TEST_CASE("harness.protocol: a report of several lines is said in one")
{
    Report report;
    report.kind = Report::Kind::failed;
    report.code = 1;
    report.text = "no such table:\nmessages";
    CHECK(format(report) == "firstlock failed 1 no such table: messages");
}

TEST_CASE("harness.protocol: a task survives the way through the environment")
{
    const TaskEnvironment environment({"wal", "extra", std::chrono::milliseconds(77),
                                       Transaction::exclusive, Retry::jittered, Connect::after_go,
                                       4096});
    const Task task = task_from_environment();
    CHECK(task.database == "/tmp/a.db");
    CHECK(task.index == 3);
    CHECK(task.message == some_row);
    CHECK(task.settings.journal_mode == "wal");
    CHECK(task.settings.synchronous == "extra");
    CHECK(task.settings.busy_timeout == std::chrono::milliseconds(77));
    CHECK(task.settings.transaction == Transaction::exclusive);
    CHECK(task.settings.retry == Retry::jittered);
    CHECK(task.settings.connect == Connect::after_go);
    CHECK(task.settings.payload_bytes == 4096);
}

TEST_CASE(
    "harness.protocol: a senseless task names the variable and its value and what is accepted")
{
    const auto [name, value, accepted] = GENERATE(table<std::string, std::string, std::string>({
        {"FIRSTLOCK_TASK_DATABASE", "", "is not set"},
        {"FIRSTLOCK_TASK_INDEX", "-1", "a whole number from 0"},
        {"FIRSTLOCK_TASK_TIMEOUT_MS", "5s", "a whole number from 0"},
        {"FIRSTLOCK_TASK_TRANSACTION", "quick", "autocommit, deferred, immediate, exclusive"},
        {"FIRSTLOCK_TASK_JOURNAL_MODE", "WAL", "delete, truncate, persist, memory, wal, off"},
        {"FIRSTLOCK_TASK_SYNCHRONOUS", "2", "off, normal, full, extra"},
        {"FIRSTLOCK_TASK_RETRY", "never", "sqlite, constant"},
        {"FIRSTLOCK_TASK_CONNECT", "later", "before_go, after_go"},
    }));
    CAPTURE(name, value);
    const TaskEnvironment environment;
    const EnvironmentVariable senseless(name, value);
    CHECK_THROWS_WITH(task_from_environment(), ContainsSubstring(name) &&
                                                   ContainsSubstring(value) &&
                                                   ContainsSubstring(accepted));
}

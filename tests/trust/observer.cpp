// Goal:   what befalls the observer is said and harms no trial; at somebody's own program it shows
//         who holds the lock, and says what it cannot see.
// Method: observers that die, are silent, or never start, beside real trials; a database that
//         vanishes or is closed to it; and the program itself as a person runs it, beside a process
//         that keeps a transaction open.
#include "fixtures/run/program_run.hpp"
#include "fixtures/run/unprivileged.hpp"
#include "fixtures/table/fresh_table.hpp"
#include "fixtures/table/matchers.hpp"
#include "helpers/described/json.hpp"
#include "helpers/sqlite/connection.hpp"
#include "tests/trust/readme_writers.hpp"
#include "tests/trust/second_self.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <fstream>

using namespace firstlock;
using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;

namespace {

Deadline patience()
{
    return Deadline(settings().scaled(40s));
}

/// A trial whose observer is this shell script.
std::string notes_with(const Command& observer)
{
    FreshTable table;
    table.use(profile("wal"));
    const Trial trial = table.insert_in_parallel(
        example_rows(3), {.watched = {.observer = observer}, .recorded = Recorded::nowhere});
    CHECK_THAT(trial, AllRowsStored());
    REQUIRE(trial.why);
    CHECK(trial.why->source == "record");
    std::string notes;
    for (const std::string& note : trial.why->notes) {
        notes += note + "\n";
    }
    CHECK_THAT(notes, ContainsSubstring("without an observer nothing is known of other processes"));
    return notes;
}

Command shell(const std::string& script)
{
    return {"/bin/sh", {"-c", script}, inherited_environment("FIRSTLOCK_")};
}

/// One process that has begun to write to a table and does not end.
class Forgetful : public FreshTable {
  public:
    Forgetful()
    {
        use(profile("rollback"));
        connection_.emplace(database());
        connection_->execute("BEGIN IMMEDIATE");
    }
    ~Forgetful() { connection_.reset(); }

    ProgramRun observer(std::vector<std::string> arguments) const
    {
        arguments.insert(arguments.begin(), {"--watch", database().string()});
        return run_program(FIRSTLOCK_OBSERVER_EXECUTABLE, arguments, {}, settings().scaled(40s));
    }

  private:
    std::optional<Connection> connection_;
};

} // namespace

TEST_CASE(
    "harness.observer: one that is killed, ends, is late or says nonsense is a note and no more")
{
    CHECK_THAT(notes_with(shell("echo 'firstlock watching'; read x; kill -9 $$")),
               ContainsSubstring("the observer") && ContainsSubstring("signal 9"));
    CHECK_THAT(notes_with(shell("echo no such thing >&2; exit 3")),
               ContainsSubstring("exit status 3") && ContainsSubstring("no such thing"));
    CHECK_THAT(notes_with(shell("echo 'firstlock watching'; read x; echo '{\"holds\": 1}'")),
               ContainsSubstring("the observer") && ContainsSubstring("'from_ns' is missing"));
    CHECK_THAT(notes_with({"/no/such/observer", {}, {}}),
               ContainsSubstring("no observer") && ContainsSubstring("/no/such/observer"));
}

TEST_CASE_METHOD(Forgetful, "harness.observer: one that starts late sees the hold from then on")
{
    LineChild observer(observer_beside(database()));
    observer.expect("firstlock watching", patience());
    observer.child().close_stdin();
    const auto seen = parsed_json<nlohmann::json>(observer.line(patience())).get<Observation>();
    REQUIRE(seen.holds.size() == 1);
    CHECK(seen.holds[0].pid == ::getpid());
    CHECK(seen.holds[0].from_ns >= seen.from_ns);
    CHECK(seen.samples >= 2);
    CHECK(seen.notes.empty());
}

TEST_CASE("harness.observer: a database that is replaced or removed is told")
{
    FreshTable table;
    table.use(profile("rollback"));
    LineChild observer(observer_beside(table.database()));
    observer.expect("firstlock watching", patience());
    const auto aside = table.directory() / "aside";
    const auto other = table.directory() / "other";
    make_table(other, profile("rollback"));
    std::filesystem::rename(table.database(), aside);
    CHECK_FALSE(observer.child().wait(Deadline(50ms)));
    std::filesystem::rename(other, table.database());
    CHECK_FALSE(observer.child().wait(Deadline(50ms)));
    make_table(other, profile("rollback"));
    std::filesystem::rename(other, table.database());
    CHECK_FALSE(observer.child().wait(Deadline(50ms)));
    {
        Connection connection(table.database());
        connection.execute("BEGIN IMMEDIATE"); // in the new one, which it has found
        CHECK_FALSE(observer.child().wait(Deadline(50ms)));
    }
    observer.child().close_stdin();
    const auto seen = parsed_json<nlohmann::json>(observer.line(patience())).get<Observation>();
    CHECK(seen.notes == std::vector<std::string>{"the database was removed",
                                                 "the database was replaced by another file"});
    CHECK(seen.holds.size() == 1);
    CHECK(observer.wait(patience()).ok());
}

TEST_CASE("helper.an observer without rights", "[.]")
{
    become_unprivileged();
    const ProgramRun run = run_program(
        "/bin/sh",
        {"-c", "\"$0\" \"$@\" 2>&1", handed_over("OBSERVER"), "--beside", handed_over("DATABASE")},
        {}, settings().scaled(20s));
    tell("ended", run.status.text());
    tell("said", run.output);
}

TEST_CASE("harness.observer: a file that it may not read is named with the reason", "[nobody]")
{
    const UnprivilegedDirectory directory;
    const auto closed = directory.path() / "closed.db";
    std::ofstream(closed) << "secret";
    std::filesystem::permissions(closed, std::filesystem::perms::none);
    const auto observer = directory.writer().parent_path() / "observer";
    std::filesystem::copy_file(FIRSTLOCK_OBSERVER_EXECUTABLE, observer);
    SecondSelf self("helper.an observer without rights",
                    {"HARNESS_OBSERVER=" + observer.string(), "HARNESS_DATABASE=" + closed.string(),
                     "FIRSTLOCK_DIR=" + directory.path().string(),
                     "FIRSTLOCK_RESULTS=" + directory.results().string()});
    CHECK(self.expect("ended") == "exit status 1");
    CHECK_THAT(self.expect("said"),
               ContainsSubstring("closed.db") && ContainsSubstring("Permission denied"));
    CHECK(self.end().ok());
}

TEST_CASE_METHOD(Forgetful,
                 "harness.observer: --watch names who has it open and who keeps the lock "
                 "and ends with an account")
{
    const ProgramRun run = observer({"--for", "600ms"});
    INFO(run.output);
    CHECK(run.status.ok());
    const std::string self = "pid " + std::to_string(::getpid());
    CHECK_THAT(run.output, ContainsSubstring("(rollback journal)") &&
                               ContainsSubstring("has it open: " + self) &&
                               ContainsSubstring(self + " (") &&
                               ContainsSubstring("has the write lock (insert)") &&
                               ContainsSubstring("firstlock-cases-harness"));
    CHECK_THAT(run.output, ContainsSubstring("by 1 process\n") &&
                               ContainsSubstring("one long holder") &&
                               ContainsSubstring("try: a shorter transaction") &&
                               ContainsSubstring("leaves no trace"));
}

TEST_CASE_METHOD(Forgetful,
                 "harness.observer: --until-locked runs a program and shows the time before "
                 "it was refused")
{
    const ProgramRun run =
        observer({"--waited", "0.3", "--until-locked", "/bin/sh", "-c",
                  "sleep 0.4; echo 'Error: in prepare, database is locked (5)' >&2; exit 5"});
    INFO(run.output);
    CHECK(run.status.code == 5);
    CHECK_THAT(run.output, ContainsSubstring("database is locked (5)") &&
                               ContainsSubstring("in 0.3 s the write lock was held") &&
                               ContainsSubstring("pid " + std::to_string(::getpid())));

    const ProgramRun served = observer({"--until-locked", "/bin/sh", "-c", "echo fine; exit 0"});
    CHECK(served.status.ok());
    CHECK_THAT(served.output, ContainsSubstring("fine") &&
                                  ContainsSubstring("the command never said that the database is "
                                                    "locked"));
}

TEST_CASE("harness.observer: two Python processes are diagnosed while one has forgotten to commit")
{
    if (!succeeds("python3 -c 'import sqlite3'")) {
        SKIP("this machine lacks python3 with its module sqlite3");
    }
    FreshTable table;
    table.use(profile("wal"));
    const std::string connect = "import sqlite3, sys\ndb = sqlite3.connect('" +
                                table.database().string() + "', timeout=0.5)\n";
    const std::string write = "db.execute(\"INSERT INTO messages(msg) VALUES ('x')\")\n";
    LineChild forgets({"/usr/bin/env",
                       {"python3", "-c",
                        connect + write + "print('written', flush=True)\n" +
                            "sys.stdin.read()  # and no commit\n"},
                       inherited_environment("FIRSTLOCK_")});
    forgets.expect("written", patience());
    const ProgramRun run =
        run_program(FIRSTLOCK_OBSERVER_EXECUTABLE,
                    {"--watch", table.database().string(), "--waited", "0.5", "--until-locked",
                     "python3", "-c", connect + write + "db.commit()\n"},
                    {}, settings().scaled(40s));
    INFO(run.output);
    CHECK(run.status.code == 1);
    CHECK_THAT(run.output,
               ContainsSubstring("(WAL)") && ContainsSubstring("OperationalError") &&
                   ContainsSubstring("one long holder") &&
                   ContainsSubstring("pid " + std::to_string(forgets.child().pid()) + " (") &&
                   ContainsSubstring("python3"));
}

TEST_CASE_METHOD(Forgetful, "harness.observer: what makes no sense on its command line is named")
{
    const auto refusal_of = [](const std::vector<std::string>& arguments) {
        LineChild child(
            {FIRSTLOCK_OBSERVER_EXECUTABLE, arguments, inherited_environment("FIRSTLOCK_")});
        CHECK_FALSE(child.wait(patience()).ok());
        return child.child().stderr_tail();
    };
    const std::string file = database().string();
    CHECK_THAT(refusal_of({}), ContainsSubstring("--watch FILE is missing"));
    CHECK_THAT(refusal_of({"--watch", "/no/such.db"}), ContainsSubstring("/no/such.db"));
    CHECK_THAT(refusal_of({"--watch", directory().string()}), ContainsSubstring("--watch"));
    CHECK_THAT(refusal_of({"--watch", file, "--for", "soon"}), ContainsSubstring("--for"));
    CHECK_THAT(refusal_of({"--watch", file, "--for", "0s"}), ContainsSubstring("--for"));
    CHECK_THAT(refusal_of({"--watch", file, "ls"}),
               ContainsSubstring("'ls'") && ContainsSubstring("--until-locked"));
    CHECK_THAT(refusal_of({"--watch", file, "--until-locked"}),
               ContainsSubstring("followed by no command"));
}

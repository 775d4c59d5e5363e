// Goal:   the write-ahead log: its recovery, its growth beside a reader, its checkpoint.
// Method: sizes are read from the directory, which opens nothing; a log to recover is left by a
//         process that is killed, and copied so that several rounds start from the same state.
#include "fixtures/transactions/session.hpp"

#include <catch2/catch_test_macros.hpp>

#include <sqlite3.h>

#include <list>

using namespace firstlock;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

fs::path log_of(const fs::path& database)
{
    return database.string() + "-wal";
}

/// A fresh copy of a database and its log, without the -shm file: whoever opens it first has to
/// recover the log.
fs::path unrecovered_copy(const fs::path& database, int round)
{
    fs::path copy = database.parent_path() / ("copy-" + std::to_string(round) + ".db");
    fs::copy_file(database, copy);
    fs::copy_file(log_of(database), log_of(copy));
    return copy;
}

/// Sessions open without touching the file; then all of them read at once.
std::vector<StatementAnswer> read_together(const fs::path& database,
                                           std::chrono::milliseconds timeout)
{
    std::list<Session> sessions;
    for (int opener = 0; opener < 8; ++opener) {
        sessions.emplace_back(database, timeout);
    }
    for (Session& session : sessions) {
        session.start(count);
    }
    std::vector<StatementAnswer> answers;
    for (Session& session : sessions) {
        answers.push_back(session.finish());
    }
    return answers;
}

/// Commits so many one-row transactions, with an automatic checkpoint tried at every tenth page.
void commit(Session& writer, int times)
{
    writer.must("PRAGMA wal_autocheckpoint=10");
    for (int time = 0; time < times; ++time) {
        writer.must(insert);
    }
}

} // namespace

TEST_CASE_METHOD(
    InWal,
    "transactions.openers of a log to recover are refused with 261 or wait and are all served")
{
    Session writer(database());
    writer.must("PRAGMA wal_autocheckpoint=0");
    writer.must(
        "INSERT INTO messages(msg) WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL "
        "SELECT n + 1 FROM numbers WHERE n < 20000) SELECT hex(zeroblob(500)) FROM numbers");
    writer.kill();

    // Recovery takes some 10 ms: that others come while it lasts is likely in one round, and
    // certain in many.
    int refused = 0;
    for (int round = 0; round < 20 && refused == 0; ++round) {
        for (const StatementAnswer& answer :
             read_together(unrecovered_copy(database(), round), 0ms)) {
            CHECK((answer.code == 0 || answer.code == SQLITE_BUSY_RECOVERY));
            // Not the busy handler, but the log's own search for a read lock may have slept for
            // microseconds.
            CHECK(answer.slept_ms < 1000);
            refused += answer.code == SQLITE_BUSY_RECOVERY ? 1 : 0;
        }
    }
    CHECK(refused > 0);
    for (const StatementAnswer& answer : read_together(unrecovered_copy(database(), 20), 5s)) {
        CHECK_THAT(answer, Served());
        CHECK(answer.value() == "20000");
    }
}

TEST_CASE_METHOD(
    InWal, "transactions.a long reader makes the log grow until it ends and TRUNCATE empties it")
{
    Session writer(database());
    Session reader(database());
    commit(writer, 100);
    const auto alone = fs::file_size(log_of(database()));

    reader.begin_reading();
    commit(writer, 100);
    const auto beside_reader = fs::file_size(log_of(database()));
    CHECK(beside_reader >= 5 * alone);

    reader.must("COMMIT");
    commit(writer, 100);
    CHECK(fs::file_size(log_of(database())) <=
          beside_reader + alone); // it starts again, and keeps its size
    CHECK(fs::file_size(log_of(database())) >= beside_reader);

    CHECK(writer.must("PRAGMA wal_checkpoint(TRUNCATE)").rows.at(0).at(0) == "0");
    CHECK(fs::file_size(log_of(database())) == 0);
}

TEST_CASE_METHOD(InWal,
                 "transactions.wal_checkpoint TRUNCATE beside a writer says busy in its row alone")
{
    Session writer(database());
    Session checkpointer(database(), 0ms);
    writer.begin_writing();

    const StatementAnswer pragma = checkpointer.run("PRAGMA wal_checkpoint(TRUNCATE)");
    CHECK_THAT(pragma, ServedAtOnce());
    CHECK(pragma.value() == "1"); // busy
    CHECK_THAT(checkpointer.run(".checkpoint"), RefusedAtOnce(SQLITE_BUSY));
    writer.must("COMMIT");
    CHECK(checkpointer.must("PRAGMA wal_checkpoint(TRUNCATE)").value() == "0");
}

// Goal:   where a file is deleted, replaced or damaged from outside, rows may be lost by right;
//         then the suite says so, and never calls it sound.
// Method: the damage is done under running writers, or between their end and the look at the table.
#include "fixtures/faults/failing_disk.hpp"
#include "fixtures/faults/fault_record.hpp"
#include "fixtures/faults/killed_writers.hpp"
#include "fixtures/run/scratch_directory.hpp"
#include "fixtures/run/settings.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <sqlite3.h>

#include <fstream>

using namespace firstlock;
namespace fs = std::filesystem;

namespace {

void overwrite(const fs::path& file, std::streamoff offset, std::size_t bytes)
{
    std::fstream out(file, std::ios::binary | std::ios::in | std::ios::out);
    out.seekp(offset);
    out << std::string(bytes, '\xa5');
}

void record_damage(const char* fault, const std::string& mode, const FaultRun& run)
{
    record_fault(fault, {{"journal_mode", mode},
                         {"reported", in_words(run.codes)},
                         {"file", run.file_finding.empty() ? "in its place" : run.file_finding},
                         {"acknowledged", run.account.rows.acknowledged},
                         {"lost", run.account.rows.lost},
                         {"verdict", run.account.verdict()}});
}

/// Writers that leave a WAL behind: the last of them is killed, so that none checkpoints at its
/// end.
struct LeftWal {
    LeftWal(const fs::path& directory, std::uint32_t tag)
        : database(directory / "left.db"), ledger(tag)
    {
        make_fault_table(database, "wal");
        FaultTask task;
        task.database = database;
        task.box = directory / "left-box";
        task.settings.journal_mode = "wal";
        task.settings.transaction = Transaction::immediate;
        task.tag = tag;
        task.writer = 1;
        task.autocheckpoint = 1'000'000; // so that every frame of the WAL is needed
        FaultyWriter writer(task);
        writer.await_ready();
        writer.release();
        if (!writer.acknowledges(30, settings().scaled(std::chrono::seconds(20)))) {
            throw std::runtime_error("a writer did not finish 30 transactions");
        }
        writer.kill();
        ledger.book(writer);
        fs::remove(database.string() + "-shm");
    }
    fs::path database;
    FaultLedger ledger;
};

} // namespace

TEST_CASE("faults.a database that is deleted or replaced under its writers is noticed and named")
{
    const bool replaced = GENERATE(false, true);
    const std::string mode = GENERATE("delete", "wal");
    const ScratchDirectory directory;
    const fs::path database = directory.path() / "gone.db";
    make_fault_table(database, mode);
    make_fault_table(directory.path() / "other.db", mode);
    const FaultRun run =
        run_under_fault({.database = database,
                         .boxes = directory.path(),
                         .journal_mode = mode,
                         .transactions = 0,
                         // A WAL that was never reset would bring all rows back to the replacement.
                         .adjust = [](FaultTask& task) { task.autocheckpoint = 5; },
                         .meanwhile =
                             [&] {
                                 replaced ? fs::rename(directory.path() / "other.db", database)
                                          : static_cast<void>(fs::remove(database));
                             },
                         .transactions_before = 20});
    record_damage(replaced ? "replaced database" : "deleted database", mode, run);
    CHECK(run.file_finding == (replaced ? "another file was put in the database's place"
                                        : "the database file was deleted under its writers"));
    CHECK(run.acknowledged > 0);
    CHECK_FALSE(run.account.holds());
}

TEST_CASE("faults.a damaged header or page is reported by the writers and by the suite")
{
    const bool header = GENERATE(true, false);
    const ScratchDirectory directory;
    const fs::path database = directory.path() / "damaged.db";
    make_fault_table(database, "delete");
    constexpr std::streamoff page = 4096;
    overwrite(database, header ? 0 : 2 * page, header ? 64 : 512);
    const FaultRun run =
        run_under_fault({.database = database, .boxes = directory.path(), .transactions = 3});
    record_damage(header ? "damaged header" : "damaged page", "delete", run);
    CHECK(run.acknowledged == 0);
    CHECK(run.codes.contains(header ? SQLITE_NOTADB : SQLITE_CORRUPT));
    CHECK(run.account.integrity != "ok");
}

TEST_CASE("faults.a truncated WAL loses its end and the ledger says which rows")
{
    const ScratchDirectory directory;
    LeftWal left(directory.path(), 1);
    const fs::path wal = left.database.string() + "-wal";
    fs::resize_file(wal, fs::file_size(wal) / 2);
    const FaultAccount found = left.ledger.check(left.database);
    record_fault("truncated WAL", {{"lost", found.rows.lost}, {"verdict", found.verdict()}});
    CHECK(found.rows.lost > 0);
    CHECK(found.half == 0);
    CHECK(found.integrity == "ok"); // a prefix of the commits: SQLite itself sees nothing wrong
}

TEST_CASE("faults.a WAL from another database is found out")
{
    const ScratchDirectory directory;
    const ScratchDirectory elsewhere;
    LeftWal left(directory.path(), 1);
    const LeftWal other(elsewhere.path(), 2);
    left.ledger.check(left.database); // which puts all rows into the file and empties its own WAL
    fs::copy_file(other.database.string() + "-wal", left.database.string() + "-wal",
                  fs::copy_options::overwrite_existing);
    fs::remove(left.database.string() + "-shm");
    const FaultAccount found = left.ledger.check(left.database);
    record_fault("foreign WAL", {{"lost", found.rows.lost}, {"verdict", found.verdict()}});
    CHECK_FALSE(found.holds());
}

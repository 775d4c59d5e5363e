// Goal:   where a file is deleted, replaced or damaged from outside, rows may be lost by right;
//         then the suite says so, and never calls it sound.
// Method: the damage is done under running writers, or between their end and the look at the table.
#include "fixtures/faults/fault_record.hpp"
#include "fixtures/faults/fault_run.hpp"
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

/// A table whose writer left a WAL: it was killed, so that it did not checkpoint at its end.
struct LeftWal : FaultTable {
    LeftWal() : FaultTable("wal")
    {
        FaultTask task = next_task();
        task.autocheckpoint = 1'000'000; // so that every frame of the WAL is needed
        FaultyWriter writer = std::move(FaultyWriter::released_together({task}).front());
        if (!writer.acknowledges(30, settings().scaled(std::chrono::seconds(20)))) {
            throw std::runtime_error("a writer did not finish 30 transactions");
        }
        writer.kill();
        ledger.book(writer);
        forget_shared_memory();
    }
    void forget_shared_memory() const { fs::remove(database.string() + "-shm"); }

    const fs::path wal = database.string() + "-wal";
};

} // namespace

TEST_CASE("faults.a database that is deleted or replaced under its writers is noticed and named")
{
    const bool replaced = GENERATE(false, true);
    FaultTable table(GENERATE("delete", "wal"));
    const fs::path other = table.files / "other.db";
    make_fault_table(other, table.journal_mode);
    const auto damage = [&] {
        replaced ? fs::rename(other, table.database)
                 : static_cast<void>(fs::remove(table.database));
    };
    const FaultRun run = run_under_fault(
        table, {.transactions = 0,
                // A WAL that was never reset would bring all rows back to the replacement.
                .adjust = [](FaultTask& task) { task.autocheckpoint = 5; },
                .meanwhile = damage});
    record_fault(replaced ? "replaced database" : "deleted database", figures_of(table, run));
    CHECK(run.file_finding == (replaced ? "another file was put in the database's place"
                                        : "the database file was deleted under its writers"));
    CHECK(run.acknowledged > 0);
    CHECK_FALSE(run.account.holds());
}

TEST_CASE("faults.a damaged header or page is reported by the writers and by the suite")
{
    const bool header = GENERATE(true, false);
    FaultTable table("delete");
    constexpr std::streamoff page = 4096;
    overwrite(table.database, header ? 0 : 2 * page, header ? 64 : 512);
    const FaultRun run = run_under_fault(table, {.transactions = 3});
    record_fault(header ? "damaged header" : "damaged page", figures_of(table, run));
    CHECK(run.acknowledged == 0);
    CHECK(run.codes.contains(header ? SQLITE_NOTADB : SQLITE_CORRUPT));
    CHECK(run.account.integrity != "ok");
}

TEST_CASE("faults.a truncated WAL loses its end and the ledger says which rows")
{
    LeftWal left;
    fs::resize_file(left.wal, fs::file_size(left.wal) / 2);
    const FaultRun run{.account = left.check()};
    record_fault("truncated WAL", figures_of(left, run));
    CHECK(run.account.lost > 0);
    CHECK(run.account.half == 0);
    CHECK(run.account.integrity == "ok"); // a prefix of the commits: SQLite sees nothing wrong
}

TEST_CASE("faults.a WAL from another database is found out")
{
    LeftWal left;
    const LeftWal other;
    left.check(); // which puts all rows into the file and empties its own WAL
    fs::copy_file(other.wal, left.wal, fs::copy_options::overwrite_existing);
    left.forget_shared_memory();
    const FaultRun run{.account = left.check()};
    record_fault("foreign WAL", figures_of(left, run));
    CHECK_FALSE(run.account.holds());
}

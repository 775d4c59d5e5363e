// Goal:   a writer does what its profile says: its transaction, its synchronous level, its journal
//         mode, its connection before or after `go`.
// Method: the code of the writer is linked with a recorder of the statements that SQLite runs and
//         of what SQLite asks of its VFS. What is expected is derived from what SQLite documents.
#include "fixtures/transactions/session.hpp"
#include "helpers/described/names.hpp"
#include "helpers/sqlite/call_record.hpp"
#include "tests/calibration/documented_calls.hpp"
#include "tests/calibration/recorded_writer.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

using namespace firstlock;

namespace {

using Texts = std::vector<std::string>;

/// A table beside whose writers another connection stays: so the WAL is not at its beginning, and
/// no writer is the last to close it, which checkpoints (https://sqlite.org/wal.html).
class SharedTable : public FreshTable {
  public:
    explicit SharedTable(const Profile& profile)
    {
        use(profile);
        other_.emplace(database());
        other_->must(insert);
    }

    void check_what_a_writer_asks(const WriterSettings& settings)
    {
        const std::size_t rows = row_count();
        RecordedWriter writer(database(), settings);
        const DocumentedCalls expected = documented_calls(settings);
        const std::string before_go = in_short(writer.record.take());
        CHECK(before_go == expected.before_go);
        writer.release();
        CHECK(writer.report().kind == Report::Kind::ok);
        const std::string after_go = in_short(writer.record.take());
        CHECK(after_go == expected.after_go);
        CHECK(row_count() == rows + 1);
    }

  private:
    std::optional<Session> other_;
};

void check_all_transactions(const std::string& journal_mode, const Texts& levels)
{
    SharedTable table({journal_mode, {.journal_mode = journal_mode}, ""});
    for_each_value<Transaction>([&](std::string_view name, Transaction transaction) {
        for (const std::string& level : levels) {
            INFO(journal_mode << ", synchronous " << level << ", " << name);
            table.check_what_a_writer_asks(
                {.journal_mode = journal_mode, .synchronous = level, .transaction = transaction});
        }
    });
}

} // namespace

TEST_CASE("calibration.writer: its statements and locks and syncs are what each profile says")
{
    for (const std::string& name : profile_names()) {
        INFO(name);
        SharedTable(profile(name)).check_what_a_writer_asks(profile(name).settings);
    }
}

TEST_CASE("calibration.writer: each transaction in each rollback journal locks and syncs as "
          "documented")
{
    check_all_transactions(GENERATE("delete", "truncate", "persist"),
                           {"off", "normal", "full", "extra"});
}

TEST_CASE("calibration.writer: each transaction in WAL locks and syncs as documented")
{
    check_all_transactions("wal", {"normal", "full"});
}

// The case's own process inserts them, so it records itself.
TEST_CASE("calibration.writer: rows in sequence are inserted as each profile says too")
{
    const ScratchDirectory directory;
    CallRecord record(directory.path() / "calls");
    record_calls(record.path());
    for (const std::string& name : profile_names()) {
        INFO(name);
        SharedTable table(profile(name));
        record.take();
        table.insert_in_sequence(example_rows(1));
        WriterSettings settings = profile(name).settings;
        settings.connect = Connect::after_go; // there is no gate: all of it is in one record
        CHECK(in_short(record.take()) == documented_calls(settings).after_go);
    }
}

// Goal:   a writer does what its profile says: its transaction, its synchronous level, its journal
//         mode, its connection before or after `go`.
// Method: the code of the writer is linked with a recorder of the statements that SQLite runs and
//         of what SQLite asks of its VFS. What is expected is derived from what SQLite documents.
#include "fixtures/transactions/session.hpp"
#include "helpers/described/names.hpp"
#include "tests/calibration/recorded_writer.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <algorithm>
#include <map>

using namespace firstlock;

namespace {

using Texts = std::vector<std::string>;

/// What is documented of one statement, in one line: the locks it takes, in their order, how often
/// it syncs each file, how it ends the journal, and the locks it gives back.
std::string one_line(const std::string& sql, const Texts& calls)
{
    std::string line = sql + ":";
    std::map<std::string, int> syncs;
    for (const std::string& call : calls) {
        syncs[call] += call.starts_with("sync ") ? 1 : 0;
    }
    const auto add = [&](std::string_view beginning) {
        for (const std::string& call : calls) {
            line += call.starts_with(beginning) ? " " + call + "," : "";
        }
    };
    add("lock ");
    add("shm lock write");
    add("shm lock read shared"); // exclusive is how a read mark is moved, where one has to be
    for (const auto& [sync, count] : syncs) {
        line += count > 0 ? " " + std::to_string(count) + " " + sync + "," : "";
    }
    add("delete ");
    add("truncate ");
    add("shm unlock write");
    add("shm unlock read shared");
    add("unlock none");
    return line;
}

/// A record as lines of that kind. Of pragmas only that they were run: what they read is SQLite's
/// own affair; and nothing of what lies between statements, where SQLite reads the schema.
std::string in_short(const Texts& record)
{
    std::string text = "\n";
    for (auto line = record.begin(); line != record.end(); ++line) {
        if (line->starts_with("open database")) {
            text += *line + "\n";
        } else if (line->starts_with("> ")) {
            const auto end = std::find(line, record.end(), "<");
            const std::string sql = line->substr(2);
            text += (sql.starts_with("PRAGMA ") ? sql : one_line(sql, {line + 1, end})) + "\n";
            line = end == record.end() ? end - 1 : end;
        }
    }
    return text;
}

struct Documented {
    std::string before_go = "\n", after_go = "\n";
};

/// The calls that commit, whichever statement that is.
Texts commit_calls(const WriterSettings& settings, bool has_exclusive_lock)
{
    const std::string& mode = settings.journal_mode;
    const Synchronous level = named<Synchronous>(settings.synchronous, "level");
    if (mode == "wal") {
        // https://sqlite.org/pragma.html#pragma_synchronous: in WAL mode NORMAL syncs at
        // checkpoints only, FULL the WAL after each transaction.
        Texts calls(level >= Synchronous::full ? 1 : 0, "sync wal");
        calls.insert(calls.end(), {"shm unlock write exclusive", "shm unlock read shared"});
        return calls;
    }
    // https://sqlite.org/lockingv3.html, "Writing to a database file"; what is synced and when:
    // https://sqlite.org/atomiccommit.html, 3 and, for the second sync of the journal, 6.2.
    Texts calls(has_exclusive_lock ? 0 : 1, "lock exclusive");
    calls.insert(calls.end(), std::min<std::size_t>(static_cast<std::size_t>(level), 2),
                 "sync journal");
    calls.insert(calls.end(), level > Synchronous::off ? 1 : 0, "sync database");
    // https://sqlite.org/pragma.html#pragma_journal_mode: how each mode invalidates the journal. A
    // header of zeros is synced unless nothing is, a truncation from FULL on (pager.c). EXTRA: the
    // directory is synced after the journal was unlinked.
    if (mode == "delete") {
        calls.push_back(level == Synchronous::extra ? "delete journal and sync directory"
                                                    : "delete journal");
    } else if (mode == "truncate") {
        calls.push_back("truncate journal");
        calls.insert(calls.end(), level >= Synchronous::full ? 1 : 0, "sync journal");
    } else {
        calls.insert(calls.end(), level > Synchronous::off ? 1 : 0, "sync journal");
    }
    calls.push_back("unlock none");
    return calls;
}

Documented documented(const WriterSettings& settings)
{
    Documented found;
    const bool late = settings.connect == Connect::after_go;
    std::string& setup = late ? found.after_go : found.before_go;
    setup += "open database\n";
    if (settings.journal_mode != "delete" && settings.journal_mode != "wal") {
        setup += "PRAGMA journal_mode=" + settings.journal_mode + "\n";
    }
    setup += "PRAGMA synchronous=" + settings.synchronous + "\n";
    setup += late ? "" : "PRAGMA journal_mode\n"; // the writer checks it, where it costs nobody
    // https://sqlite.org/lang_transaction.html: a deferred transaction locks nothing until its
    // first statement, IMMEDIATE begins to write at once, EXCLUSIVE also keeps readers out, but in
    // WAL is the same as IMMEDIATE.
    const bool wal = settings.journal_mode == "wal";
    const bool exclusive = settings.transaction == Transaction::exclusive && !wal;
    const bool writes_at_once = settings.transaction >= Transaction::immediate;
    Texts first = wal ? Texts{"shm lock read shared", "shm lock write exclusive"}
                      : Texts{"lock shared", "lock reserved"};
    if (exclusive) {
        first.emplace_back("lock exclusive");
    }
    const Texts commit = commit_calls(settings, exclusive);
    const std::string insert = "INSERT INTO messages(msg) VALUES (?)";
    if (const char* const begin = begin_of(settings.transaction)) {
        found.after_go += one_line(begin, writes_at_once ? first : Texts{}) + "\n" +
                          one_line(insert, writes_at_once ? Texts{} : first) + "\n" +
                          one_line("COMMIT", commit) + "\n";
    } else {
        first.insert(first.end(), commit.begin(), commit.end());
        found.after_go += one_line(insert, first) + "\n";
    }
    return found;
}

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
        const Documented expected = documented(settings);
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

TEST_CASE("calibration.writer: it asks SQLite for what each profile says and nothing else")
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

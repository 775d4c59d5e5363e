#include "tests/calibration/documented_calls.hpp"

#include "helpers/described/names.hpp"

#include <algorithm>
#include <array>
#include <map>

namespace firstlock {
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

} // namespace

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

DocumentedCalls documented_calls(const WriterSettings& settings)
{
    DocumentedCalls found;
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
    constexpr std::array begins{"", "BEGIN", "BEGIN IMMEDIATE", "BEGIN EXCLUSIVE"};
    if (settings.transaction != Transaction::autocommit) {
        const std::string begin = begins.at(static_cast<std::size_t>(settings.transaction));
        found.after_go += one_line(begin, writes_at_once ? first : Texts{}) + "\n" +
                          one_line(insert, writes_at_once ? Texts{} : first) + "\n" +
                          one_line("COMMIT", commit) + "\n";
    } else {
        first.insert(first.end(), commit.begin(), commit.end());
        found.after_go += one_line(insert, first) + "\n";
    }
    return found;
}

} // namespace firstlock

#pragma once

#include <boost/describe/class.hpp>
#include <boost/describe/enum.hpp>

#include <chrono>
#include <optional>
#include <string>

namespace firstlock {

class Connection;
class Statement;

/// How a connection waits for a lock that another holds.
enum class Retry {
    /// SQLite's own handler: 1 2 5 10 15 20 25 25 25 50 50 100 ms and so on, nominal sleeps summed
    /// up.
    sqlite,
    /// One millisecond at a time until the timeout by the clock, as sqlite3-ruby does for Rails 8.
    constant,
    /// 1 to 10 ms drawn anew each time, until the timeout by the clock: no two waiters keep in
    /// step.
    jittered,
};
BOOST_DESCRIBE_ENUM(Retry, sqlite, constant, jittered)

enum class Transaction { autocommit, deferred, immediate, exclusive };
BOOST_DESCRIBE_ENUM(Transaction, autocommit, deferred, immediate, exclusive)

/// The statement that opens it; nullptr for autocommit, which has none.
const char* begin_of(Transaction transaction);

/// When a writer opens its connection: before it says `ready`, or after `go`, as a server with one
/// connection per request does.
enum class Connect { before_go, after_go };
BOOST_DESCRIBE_ENUM(Connect, before_go, after_go)

/// SQLite's own words, in lower case (https://sqlite.org/pragma.html).
enum class JournalMode { delete_, truncate, persist, memory, wal, off };
BOOST_DESCRIBE_ENUM(JournalMode, delete_, truncate, persist, memory, wal, off)
enum class Synchronous { off, normal, full, extra };
BOOST_DESCRIBE_ENUM(Synchronous, off, normal, full, extra)

/// The settings of one writer, and so what a profile consists of. `journal_mode` and `synchronous`
/// are one of the names above; whoever reads them from outside checks that.
struct WriterSettings {
    std::string journal_mode = "delete";
    std::string synchronous = "full";
    std::chrono::milliseconds busy_timeout{0};
    Transaction transaction = Transaction::autocommit;
    Retry retry = Retry::sqlite;
    Connect connect = Connect::before_go;
    int payload_bytes = 0; ///< of payload_of() in column `payload`, beside the 36 letters of `msg`
};
BOOST_DESCRIBE_STRUCT(WriterSettings, (),
                      (journal_mode, synchronous, busy_timeout, transaction, retry, connect,
                       payload_bytes))

/// Tells `connection` what is a connection's own and not its file's: `synchronous`, and a journal
/// mode other than WAL and DELETE. Those two are the file's, which the fixture has put into its
/// mode; switching takes locks. Throws SqliteError.
void configure(Connection& connection, const WriterSettings& settings);

/// The insert of one row as `settings` have it, and which row that is: its text and, where the
/// settings have one, its payload.
Statement prepare_insert(Connection& connection, const WriterSettings& settings);
void bind_row(Statement& insert, const std::string& message, const WriterSettings& settings);

/// Where a row was refused: `stage` is begin, insert or commit, `code` extended, `message`
/// SQLite's.
struct RefusedRow {
    const char* stage;
    int code;
    std::string message;
};

/// The one way to insert a row: BEGIN, `insert`, COMMIT, as `transaction` has it. nullopt when all
/// went well; after a refusal no transaction is open.
std::optional<RefusedRow> insert_row(Connection& connection, Statement& insert,
                                     Transaction transaction);

} // namespace firstlock

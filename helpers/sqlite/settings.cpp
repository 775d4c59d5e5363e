#include "helpers/sqlite/settings.hpp"

#include "helpers/sqlite/connection.hpp"
#include "helpers/sqlite/payload.hpp"

#include <sqlite3.h>

namespace firstlock {

const char* begin_of(Transaction transaction)
{
    switch (transaction) {
    case Transaction::autocommit:
        break;
    case Transaction::deferred:
        return "BEGIN";
    case Transaction::immediate:
        return "BEGIN IMMEDIATE";
    case Transaction::exclusive:
        return "BEGIN EXCLUSIVE";
    }
    return nullptr;
}

void configure(Connection& connection, const WriterSettings& settings)
{
    if (settings.journal_mode != "wal" && settings.journal_mode != "delete") {
        connection.column("PRAGMA journal_mode=" + settings.journal_mode);
    }
    connection.execute("PRAGMA synchronous=" + settings.synchronous);
}

Statement prepare_insert(Connection& connection, const WriterSettings& settings)
{
    return {connection, settings.payload_bytes == 0
                            ? "INSERT INTO messages(msg) VALUES (?)"
                            : "INSERT INTO messages(msg, payload) VALUES (?, ?)"};
}

void bind_row(Statement& insert, const std::string& message, const WriterSettings& settings)
{
    insert.bind(1, message);
    if (settings.payload_bytes > 0) {
        insert.bind(2, payload_of(message, static_cast<std::size_t>(settings.payload_bytes)));
    }
}

std::optional<RefusedRow> insert_row(Connection& connection, Statement& insert,
                                     Transaction transaction)
{
    const char* const begin = begin_of(transaction);
    const char* stage = "begin";
    int code = begin == nullptr ? SQLITE_OK : connection.try_execute(begin);
    if (code == SQLITE_OK) {
        stage = "insert";
        code = insert.run();
    }
    if (code == SQLITE_OK && begin != nullptr) {
        stage = "commit";
        code = connection.try_execute("COMMIT");
    }
    if (code == SQLITE_OK) {
        return std::nullopt;
    }
    RefusedRow refused{stage, code, connection.last_message()};
    if (sqlite3_get_autocommit(connection.handle()) == 0) {
        connection.try_execute("ROLLBACK"); // a refused COMMIT leaves its transaction open
    }
    return refused;
}

} // namespace firstlock

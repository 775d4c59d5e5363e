#include "helpers/sqlite/settings.hpp"

#include "helpers/sqlite/connection.hpp"

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

} // namespace firstlock

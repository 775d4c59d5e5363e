#pragma once

#include <boost/describe/enum.hpp>

namespace firstlock {

/// What a request does, to a site as to a user with a connection of its own. The letters are the
/// systems that people met; the seven of system E are those from `read` on, and in each of them the
/// work comes between the read and the write.
enum class RequestKind {
    ping,                   ///< touches no database: system A's control
    count,                  ///< SELECT count(*)
    insert,                 ///< one row, in a transaction as set: A's
    insert_many,            ///< many rows, each likewise: C's
    create_user,            ///< reads, works slowly, inserts, in one transaction as set: B's
    read,                   ///< SELECT
    write,                  ///< INSERT
    read_write,             ///< SELECT, then INSERT, each in autocommit
    write_read,             ///< INSERT, then SELECT, likewise
    read_write_transaction, ///< BEGIN, SELECT, INSERT, COMMIT: the deferred kind
    read_write_transaction_immediate, ///< the same after BEGIN IMMEDIATE
    write_read_transaction,           ///< BEGIN, INSERT, SELECT, COMMIT
};
BOOST_DESCRIBE_ENUM(RequestKind, ping, count, insert, insert_many, create_user, read, write,
                    read_write, write_read, read_write_transaction,
                    read_write_transaction_immediate, write_read_transaction)

/// What requests read and write: the newest row and one more, unless a case is about updates.
enum class RequestTable {
    messages, ///< messages(msg)
    counter,  ///< counter(n) with one row: adds one to what was read, or at once where nothing was
    chain,    ///< chain(id INTEGER PRIMARY KEY, msg, link): a link hashes the one that was read
};
BOOST_DESCRIBE_ENUM(RequestTable, messages, counter, chain)

} // namespace firstlock

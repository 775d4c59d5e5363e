#pragma once

#include <boost/describe/class.hpp>
#include <boost/describe/enum.hpp>

#include <cstdint>
#include <sys/types.h>
#include <vector>

// The words of what is learnt about locks, whoever learns it: the record of a writer's own calls,
// or an observer that asks the kernel.
namespace firstlock {

/// SQLite's locks by what they keep others from (https://sqlite.org/lockingv3.html,
/// https://sqlite.org/walformat.html#wal_locks).
enum class Lock : std::uint8_t {
    write, ///< RESERVED and above of the database file; WRITE of a WAL: one writer
    read,  ///< SHARED of the database file, for long: in the rollback journal it stops a COMMIT
    checkpoint, ///< CHECKPOINT of a WAL
    recovery,   ///< RECOVER of a WAL
};
BOOST_DESCRIBE_ENUM(Lock, write, read, checkpoint, recovery)

/// What who has the write lock does meanwhile.
enum class Doing : std::uint8_t {
    insert,     ///< statements of its transaction, or nothing: it has not begun to commit
    commit,     ///< from the first thing that it writes out
    fsync,      ///< a part of the commit
    wait,       ///< it cannot go on: readers are in the way, or were, and it sleeps
    checkpoint, ///< it moves the WAL into the database
    recovery,   ///< it rolls back a journal, or reads a WAL that was left over
    write,      ///< insert or commit: in a WAL they look alike from outside
};
BOOST_DESCRIBE_ENUM(Doing, insert, commit, fsync, wait, checkpoint, recovery, write)

/// From and to on CLOCK_MONOTONIC, ns.
struct TimeSpan {
    std::int64_t from_ns = 0, to_ns = 0;
};
BOOST_DESCRIBE_STRUCT(TimeSpan, (), (from_ns, to_ns))

/// A part of a hold.
struct Stretch : TimeSpan {
    Doing doing = Doing::insert;
};
BOOST_DESCRIBE_STRUCT(Stretch, (TimeSpan), (doing))

/// One process has one lock, from grant to release.
struct Hold : TimeSpan {
    Lock lock = Lock::write;
    /// 0: a process of another pid namespace, as in a container. Negative: a lock that belongs to
    /// an open file rather than a process (OFD), or to another machine.
    std::int64_t pid = 0;
    std::vector<Stretch> stretches; ///< of the write lock: one after the other, without a gap
    /// By so much each edge may be elsewhere; 0 where the calls themselves were recorded.
    std::int64_t slack_ns = 0;
};
BOOST_DESCRIBE_STRUCT(Hold, (TimeSpan), (lock, pid, stretches, slack_ns))

/// A process that wants to write, from its start to its report.
struct Waiter : TimeSpan {
    std::int64_t pid = 0;
    /// Where its sleeps are known: when it was asleep.
    bool is_recorded = false;
    std::vector<TimeSpan> asleep;
};

} // namespace firstlock

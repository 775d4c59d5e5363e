#pragma once

#include "helpers/locks/lock.hpp"
#include "helpers/locks/observer.hpp"
#include "helpers/statistics/percentiles.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace firstlock {

/// Why a writer was locked. The rule for each is reason_of()'s; the case that provokes each is in
/// tests/transactions/why_it_locked.cpp.
enum class Reason {
    too_many_writers_for_the_disk, ///< the write lock was at work nearly all the time, in turns
    waiters_asleep,                ///< it was idle though awaited, or its holder slept with it
    one_long_holder,
    refused_at_once, ///< no timeout would have helped: an upgrade, a stale snapshot
    a_reader_held_up_the_commit,
    checkpoint_or_recovery,
    no_timeout_set,
    unknown, ///< the evidence carries none of these
};
BOOST_DESCRIBE_ENUM(Reason, too_many_writers_for_the_disk, waiters_asleep, one_long_holder,
                    refused_at_once, a_reader_held_up_the_commit, checkpoint_or_recovery,
                    no_timeout_set, unknown)

/// "waiters asleep"
std::string words_for(Reason reason);

/// Who had a lock, and for how long.
struct Holder {
    std::int64_t pid = 0;              ///< as in Hold
    std::optional<std::size_t> writer; ///< its index, where it is one of the trial's
    std::string command;               ///< "" where nobody saw it
    Lock lock = Lock::write;
    Doing doing = Doing::insert; ///< for most of that time
    double ms = 0;
};
BOOST_DESCRIBE_STRUCT(Holder, (), (pid, writer, command, lock, doing, ms))

/// One locked writer: shares of the time from its start to its report.
struct LockedWriter {
    std::size_t writer = 0;
    double waited_ms = 0;
    Reason reason = Reason::unknown;
    double held = 0; ///< by anyone
    std::optional<Holder> longest;
};
BOOST_DESCRIBE_STRUCT(LockedWriter, (), (writer, waited_ms, reason, held, longest))

struct HoldFigures {
    std::size_t count = 0;
    std::size_t holders = 0;
    std::optional<Percentiles> ms;
    std::optional<Holder> longest;
};
BOOST_DESCRIBE_STRUCT(HoldFigures, (), (count, holders, ms, longest))

struct ObserverFigures {
    std::int64_t samples = 0;
    double interval_ms = 0, longest_gap_ms = 0, cpu_share = 0;
};
BOOST_DESCRIBE_STRUCT(ObserverFigures, (), (samples, interval_ms, longest_gap_ms, cpu_share))

/// The account of a trial's write lock (key `why`). Shares are of `span_ms`: from the first
/// writer's start to the last report of one that was locked, or where none was to the last report.
struct Why {
    std::optional<Reason> reason; ///< of most locked writers; null where none was
    std::map<std::string, std::size_t> reasons;
    std::string source; ///< record, observer, both or none: where it comes from
    double span_ms = 0;
    double held = 0;         ///< somebody had the write lock
    double held_waiting = 0; ///< part of it: and slept, or was refused what it needed to go on
    /// Nobody had it, and all who wanted it slept. Where sleeps are not recorded: somebody wanted
    /// it.
    double idle_awaited = 0;
    /// Nobody had it, and somebody who wanted it was awake. Null where sleeps are not recorded.
    std::optional<double> handed_over;
    HoldFigures holds;
    std::map<std::string, double> doing;      ///< shares of `held`, by Doing
    std::vector<LockedWriter> locked_writers; ///< the first ten by their reports
    std::optional<ObserverFigures> observer;
    std::vector<std::string> notes; ///< what could not be seen
    std::vector<std::string> try_;  ///< what has been shown to cure the reason
};
BOOST_DESCRIBE_STRUCT(Why, (),
                      (reason, reasons, source, span_ms, held, held_waiting, idle_awaited,
                       handed_over, holds, doing, locked_writers, observer, notes, try_))

/// A locked writer as the account needs it.
struct LockedReport {
    std::size_t writer = 0;
    TimeSpan time;
    std::optional<int> code;                          ///< extended
    std::optional<std::chrono::milliseconds> timeout; ///< that it was told
    bool is_at_once = false;                          ///< refused before the timeout was over
};

/// What is known of a trial's locks.
struct LockEvidence {
    std::vector<Waiter> waiters; ///< all writers, by index
    std::vector<LockedReport> locked;
    std::vector<Hold> holds; ///< of all processes; those of recorded writers are not observed too
    std::vector<SeenProcess> processes;
    std::optional<ObserverFigures> observer;
    TimeSpan observed; ///< where there is an observer: from its first sample to its last
    bool any_recorded = false;
    std::string journal_mode; ///< of the table, for what to try
    std::vector<std::string> notes;
};

/// The account, with a reason for each locked writer and one for the trial.
Why why_of(const LockEvidence& evidence);

/// In a line or two: "while 66 writers waited 5 s, the write lock was held 38 % …"; "" where nobody
/// was locked.
std::string words_for(const Why& why);

} // namespace firstlock

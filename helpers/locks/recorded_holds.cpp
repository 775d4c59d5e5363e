#include "helpers/locks/recorded_holds.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <optional>

namespace firstlock {
namespace {

using Kind = VfsCall::Kind;

// Shorter ones are waiters that look whether they can write, and readers in no one's way.
constexpr std::int64_t read_ns_min = 1'000'000;

/// Follows the calls of one process in their order.
class Follower {
  public:
    Follower(std::int64_t pid, std::int64_t end_ns) : pid_(pid), end_ns_(end_ns) {}

    void take(const VfsCall& call)
    {
        is_wal_ |= call.slots > 0;
        switch (call.kind) {
        case Kind::lock:
            if (!is_wal_) { // there it keeps SHARED, and EXCLUSIVE at its close is in no one's way
                take_level(call);
            }
            break;
        case Kind::unlock:
            leave_level(call);
            break;
        case Kind::shm_lock_exclusive:
            if (!call.was_refused) {
                for_each_slot(call, [&](Open& open) { begin(open, call.end_ns); });
            }
            break;
        case Kind::shm_unlock_exclusive:
            for_each_slot(call, [&](Open& open) { end(open, call.begin_ns); });
            break;
        case Kind::close:
            if (call.file == VfsCall::File::database) {
                end_all(call.begin_ns);
            }
            break;
        case Kind::sleep:
            sleep({call.begin_ns, call.end_ns != 0 ? call.end_ns : end_ns_});
            break;
        case Kind::sync:
            do_for(Doing::fsync, {call.begin_ns, call.end_ns});
            break;
        case Kind::write:
            // What was there goes to the journal as soon as a statement changes it.
            if (call.file != VfsCall::File::journal) {
                commit_from(call.begin_ns);
            }
            break;
        case Kind::remove:
        case Kind::remove_and_sync:
            commit_from(call.begin_ns);
            break;
        default:
            break;
        }
    }

    RecordedHolds finish()
    {
        end_all(end_ns_);
        return std::move(found_);
    }

  private:
    /// A lock that is held at the moment, or not.
    struct Open {
        Lock lock;
        std::optional<std::int64_t> since_ns{};
        std::vector<Stretch> parts{};
        std::optional<std::int64_t> commit_ns{};
    };

    void end_all(std::int64_t ns)
    {
        for (Open* open : {&reserved_, &wal_write_, &read_, &checkpoint_, &recovery_}) {
            end(*open, ns);
        }
    }

    template <typename Act>
    void for_each_slot(const VfsCall& call, const Act& act)
    {
        for (int slot = call.detail; slot < call.detail + call.slots; ++slot) {
            if (slot == shm_write) {
                act(wal_write_);
            } else if (slot == shm_checkpoint) {
                act(checkpoint_);
            } else if (slot == shm_recover) {
                act(recovery_);
            }
        }
    }

    void take_level(const VfsCall& call)
    {
        const bool is_writer = reserved_.since_ns.has_value();
        if (call.was_refused) {
            // Readers are in the way of a COMMIT, which has begun.
            if (is_writer && call.detail == SQLITE_LOCK_EXCLUSIVE) {
                do_for(Doing::wait, {call.begin_ns, call.end_ns});
            }
            return;
        }
        if (call.detail == SQLITE_LOCK_SHARED) {
            begin(read_, call.end_ns);
        } else if (!is_writer) {
            end(read_, call.end_ns); // it is in no one's way any more as a reader
            begin(reserved_, call.end_ns);
            // Straight to EXCLUSIVE: a journal that somebody left is rolled back.
            is_rolling_back_ = call.detail == SQLITE_LOCK_EXCLUSIVE;
        } else if (call.detail == SQLITE_LOCK_EXCLUSIVE) {
            commit_from(call.end_ns);
        }
    }

    void leave_level(const VfsCall& call)
    {
        const bool was_writer = reserved_.since_ns.has_value();
        end(reserved_, call.begin_ns);
        if (call.detail == SQLITE_LOCK_NONE) {
            end(read_, call.begin_ns);
        } else if (was_writer) {
            begin(read_, call.begin_ns);
        }
    }

    void sleep(const TimeSpan& time)
    {
        if (writing() != nullptr) {
            do_for(Doing::wait, time);
        } else {
            found_.asleep.push_back(time);
        }
    }

    Open* writing()
    {
        return reserved_.since_ns ? &reserved_ : wal_write_.since_ns ? &wal_write_ : nullptr;
    }

    void do_for(Doing doing, const TimeSpan& time)
    {
        if (Open* const open = writing()) {
            commit_from(time.from_ns);
            open->parts.push_back({time, doing});
        }
    }

    void commit_from(std::int64_t ns)
    {
        if (Open* const open = writing(); open != nullptr && !open->commit_ns) {
            open->commit_ns = ns;
        }
    }

    static void begin(Open& open, std::int64_t ns)
    {
        if (!open.since_ns) {
            open.since_ns = ns;
        }
    }

    void end(Open& open, std::int64_t ns)
    {
        if (!open.since_ns) {
            return;
        }
        // The last to leave a database takes its lock after the report.
        Hold hold{{*open.since_ns, std::max(*open.since_ns, ns)}, open.lock, pid_, {}, 0};
        if (open.lock == Lock::write) {
            hold.stretches = stretches_of(open, hold);
        }
        if (open.lock != Lock::read || ns - hold.from_ns >= read_ns_min) {
            found_.holds.push_back(std::move(hold));
        }
        open = {open.lock};
    }

    /// Fills what lies between the known parts.
    std::vector<Stretch> stretches_of(const Open& open, const TimeSpan& whole) const
    {
        std::vector<Stretch> all;
        const std::int64_t commit_ns =
            std::clamp(open.commit_ns.value_or(whole.to_ns), whole.from_ns, whole.to_ns);
        const bool is_checkpoint = checkpoint_.since_ns.has_value();
        const Doing later = is_checkpoint      ? Doing::checkpoint
                            : is_rolling_back_ ? Doing::recovery
                                               : Doing::commit;
        const Doing before = is_checkpoint || is_rolling_back_ ? later : Doing::insert;
        std::int64_t at = whole.from_ns;
        const auto add = [&](Doing doing, std::int64_t to) {
            if (to > at) {
                all.push_back({{at, to}, doing});
                at = to;
            }
        };
        for (const Stretch& part : open.parts) {
            add(before, std::min(commit_ns, part.from_ns));
            add(later, part.from_ns);
            add(part.doing, std::min(part.to_ns, whole.to_ns));
        }
        add(before, commit_ns);
        add(later, whole.to_ns);
        return all;
    }

    std::int64_t pid_, end_ns_;
    Open reserved_{Lock::write}, wal_write_{Lock::write}, read_{Lock::read},
        checkpoint_{Lock::checkpoint}, recovery_{Lock::recovery};
    bool is_rolling_back_ = false;
    bool is_wal_ = false; // it has asked for locks of a WAL
    RecordedHolds found_;
};

} // namespace

RecordedHolds holds_in(const std::vector<VfsCall>& calls, std::int64_t pid, std::int64_t end_ns)
{
    Follower follower(pid, end_ns);
    for (const VfsCall& call : calls) {
        follower.take(call);
    }
    return follower.finish();
}

} // namespace firstlock

#include "helpers/locks/why.hpp"

#include "helpers/described/names.hpp"
#include "helpers/described/printable.hpp"
#include "helpers/locks/lock_timeline.hpp"

#include <spdlog/fmt/fmt.h>
#include <sqlite3.h>

#include <algorithm>
#include <set>

namespace firstlock {
namespace {

// A reason has to account for at least so much of the time that a writer waited.
constexpr double most = 0.5;

double ms(std::int64_t ns)
{
    return static_cast<double>(ns) / 1e6;
}

double share(std::int64_t part_ns, const TimeSpan& whole)
{
    return whole.to_ns > whole.from_ns
               ? static_cast<double>(part_ns) / static_cast<double>(whole.to_ns - whole.from_ns)
               : 0;
}

/// Of a hold, the time within `window` in which it went on with its work.
std::int64_t at_work_ns(const Hold& hold, const TimeSpan& window)
{
    std::int64_t sum = 0;
    for (const Stretch& stretch : hold.stretches) {
        sum += stretch.doing == Doing::wait ? 0 : overlap_ns(stretch, window);
    }
    return sum;
}

Doing mostly(const Hold& hold)
{
    std::map<Doing, std::int64_t> sums;
    for (const Stretch& stretch : hold.stretches) {
        sums[stretch.doing] += stretch.to_ns - stretch.from_ns;
    }
    const auto longest =
        std::max_element(sums.begin(), sums.end(), [](const auto& one, const auto& other) {
            return one.second < other.second;
        });
    return longest == sums.end() ? Doing::insert : longest->first;
}

/// Answers what the account asks of its evidence.
class Account {
  public:
    explicit Account(const LockEvidence& evidence)
        : evidence_(evidence), timeline_(evidence.holds, evidence.waiters)
    {
        for (const SeenProcess& process : evidence.processes) {
            processes_[process.pid] = &process;
        }
        for (std::size_t index = 0; index < evidence.waiters.size(); ++index) {
            writers_[evidence.waiters[index].pid] = index;
        }
    }

    LockTimeline::Shares within(const TimeSpan& window) const { return timeline_.within(window); }

    /// The write lock's hold that was longest at something within `window`.
    template <typename Time>
    const Hold* longest(Lock lock, const TimeSpan& window, const Time& time) const
    {
        const Hold* found = nullptr;
        std::int64_t longest_ns = 0;
        for (const Hold& hold : evidence_.holds) {
            const std::int64_t ns = hold.lock == lock ? time(hold, window) : 0;
            if (ns > longest_ns) {
                longest_ns = ns;
                found = &hold;
            }
        }
        return found;
    }

    Holder holder_of(const Hold& hold, const TimeSpan& window) const
    {
        Holder holder{.pid = hold.pid,
                      .writer = writer_of(hold.pid),
                      .command = "",
                      .lock = hold.lock,
                      .doing = mostly(hold),
                      .ms = ms(overlap_ns(hold, window))};
        if (const auto seen = processes_.find(hold.pid); seen != processes_.end()) {
            holder.command = seen->second->command;
        }
        return holder;
    }

    LockedWriter explain(const LockedReport& locked) const
    {
        const TimeSpan& time = locked.time;
        LockedWriter account{.writer = locked.writer,
                             .waited_ms = ms(time.to_ns - time.from_ns),
                             .reason = reason_of(locked),
                             .held = share(within(time).held(), time),
                             .longest = std::nullopt};
        const Lock lock =
            account.reason == Reason::a_reader_held_up_the_commit ? Lock::read : Lock::write;
        if (const Hold* const hold = longest(lock, time, overlap_ns)) {
            account.longest = holder_of(*hold, time);
        }
        return account;
    }

    Reason reason_of(const LockedReport& locked) const
    {
        const int code = locked.code.value_or(SQLITE_BUSY);
        if (code == SQLITE_BUSY_RECOVERY) {
            return Reason::checkpoint_or_recovery;
        }
        if (code == SQLITE_BUSY_SNAPSHOT) {
            return Reason::refused_at_once;
        }
        if (locked.timeout && locked.timeout->count() == 0) {
            return Reason::no_timeout_set;
        }
        return locked.is_at_once ? Reason::refused_at_once : reason_of_wait(locked);
    }

    std::optional<std::size_t> writer_of(std::int64_t pid) const
    {
        const auto found = writers_.find(pid);
        if (found != writers_.end()) {
            return found->second;
        }
        // What a script started writes for it.
        const auto seen = processes_.find(pid);
        const auto of_parent =
            seen == processes_.end() ? writers_.end() : writers_.find(seen->second->parent);
        return of_parent == writers_.end() ? std::nullopt : std::optional(of_parent->second);
    }

  private:
    /// An observer that came late or broke off would make a lock look idle.
    bool is_watched(const TimeSpan& time) const
    {
        constexpr double nearly_all = 0.9;
        return evidence_.any_recorded ||
               (evidence_.observer &&
                share(overlap_ns(evidence_.observed, time), time) >= nearly_all);
    }

    Reason reason_of_wait(const LockedReport& locked) const
    {
        const TimeSpan& time = locked.time;
        if (!is_watched(time)) {
            return Reason::unknown;
        }
        const LockTimeline::Shares shares = within(time);
        const std::int64_t waiting = shares.doing(Doing::wait);
        const auto is_most = [&](std::int64_t ns) { return share(ns, time) >= most; };
        const Hold* const recovery = longest(Lock::recovery, time, overlap_ns);
        if (is_most(shares.doing(Doing::checkpoint) + shares.doing(Doing::recovery)) ||
            (recovery != nullptr && is_most(overlap_ns(*recovery, time)))) {
            return Reason::checkpoint_or_recovery;
        }
        const Hold* const reader = longest(Lock::read, time, overlap_ns);
        if (is_most(waiting) && reader != nullptr && is_most(overlap_ns(*reader, time))) {
            return Reason::a_reader_held_up_the_commit;
        }
        const Hold* const holder = longest(Lock::write, time, at_work_ns);
        if (holder != nullptr && is_most(at_work_ns(*holder, time))) {
            return Reason::one_long_holder;
        }
        if (is_most(shares.held() - waiting)) {
            return Reason::too_many_writers_for_the_disk;
        }
        return is_most(shares.idle_awaited + waiting) ? Reason::waiters_asleep : Reason::unknown;
    }

    const LockEvidence& evidence_;
    LockTimeline timeline_;
    std::map<std::int64_t, const SeenProcess*> processes_;
    std::map<std::int64_t, std::size_t> writers_;
};

TimeSpan window_of(const LockEvidence& evidence)
{
    TimeSpan window;
    for (const Waiter& waiter : evidence.waiters) {
        if (waiter.to_ns > 0) {
            window.from_ns =
                window.from_ns == 0 ? waiter.from_ns : std::min(window.from_ns, waiter.from_ns);
            window.to_ns = evidence.locked.empty() ? std::max(window.to_ns, waiter.to_ns) : 0;
        }
    }
    for (const LockedReport& locked : evidence.locked) {
        window.to_ns = std::max(window.to_ns, locked.time.to_ns);
    }
    return window;
}

HoldFigures figures_of(const LockEvidence& evidence, const Account& account, const TimeSpan& window)
{
    HoldFigures figures;
    std::set<std::int64_t> holders;
    std::vector<double> lengths_ms;
    for (const Hold& hold : evidence.holds) {
        if (hold.lock == Lock::write && overlap_ns(hold, window) > 0) {
            lengths_ms.push_back(ms(hold.to_ns - hold.from_ns));
            holders.insert(hold.pid);
        }
    }
    figures.count = lengths_ms.size();
    figures.holders = holders.size();
    if (!lengths_ms.empty()) {
        figures.ms = percentiles(lengths_ms);
    }
    if (const Hold* const longest = account.longest(Lock::write, window, overlap_ns)) {
        figures.longest = account.holder_of(*longest, *longest);
    }
    return figures;
}

/// Each of these has been shown to cure it by the case in tests/transactions/why_it_locked.cpp that
/// is about the reason.
std::vector<std::string> cures_of(Reason reason, const LockEvidence& evidence)
{
    const bool is_wal = evidence.journal_mode == "wal";
    const std::string longer = "a longer timeout (the wait curve says how long)";
    switch (reason) {
    case Reason::too_many_writers_for_the_disk:
        return {is_wal ? "synchronous=NORMAL, which in WAL does not sync at each commit"
                       : "WAL with synchronous=NORMAL, which does not sync at each commit",
                longer};
    case Reason::waiters_asleep:
        return is_wal ? std::vector{longer}
                      : std::vector<std::string>{"WAL with synchronous=NORMAL", longer};
    case Reason::one_long_holder:
        return {"a shorter transaction: COMMIT before whatever takes long",
                "a timeout longer than the hold"};
    case Reason::refused_at_once:
        return {"BEGIN IMMEDIATE where a transaction reads before it writes"};
    case Reason::a_reader_held_up_the_commit:
        return {"journal_mode=WAL, where a reader stops no COMMIT", "ending the read sooner"};
    case Reason::checkpoint_or_recovery:
        return {"PASSIVE checkpoints instead of TRUNCATE or RESTART while others read and write",
                "a timeout longer than the checkpoint or recovery"};
    case Reason::no_timeout_set:
        return {"a busy timeout on every connection: PRAGMA busy_timeout=5000"};
    case Reason::unknown:
        break;
    }
    return {};
}

} // namespace

std::string words_for(Reason reason)
{
    std::string words(name_of(reason));
    std::replace(words.begin(), words.end(), '_', ' ');
    return words;
}

Why why_of(const LockEvidence& evidence)
{
    constexpr std::size_t locked_writers_max = 10;
    const Account account(evidence);
    const TimeSpan window = window_of(evidence);
    const LockTimeline::Shares shares = account.within(window);
    Why why;
    why.span_ms = ms(window.to_ns - window.from_ns);
    why.held = share(shares.held(), window);
    why.held_waiting = share(shares.doing(Doing::wait), window);
    why.idle_awaited = share(shares.idle_awaited, window);
    if (evidence.any_recorded) {
        why.handed_over = share(shares.handed_over, window);
    }
    for_each_value<Doing>([&](std::string_view name, Doing doing) {
        if (shares.doing(doing) > 0) {
            why.doing[std::string(name)] =
                static_cast<double>(shares.doing(doing)) / static_cast<double>(shares.held());
        }
    });
    why.holds = figures_of(evidence, account, window);
    why.observer = evidence.observer;
    why.notes = evidence.notes;
    why.source = evidence.any_recorded && evidence.observer ? "both"
                 : evidence.any_recorded                    ? "record"
                 : evidence.observer                        ? "observer"
                                                            : "none";
    std::vector<LockedReport> locked = evidence.locked;
    std::sort(locked.begin(), locked.end(),
              [](const auto& one, const auto& other) { return one.time.to_ns < other.time.to_ns; });
    for (const LockedReport& report : locked) {
        const Reason reason = account.reason_of(report);
        const std::size_t count = ++why.reasons[std::string(name_of(reason))];
        if (!why.reason || count > why.reasons[std::string(name_of(*why.reason))]) {
            why.reason = reason;
        }
        if (why.locked_writers.size() < locked_writers_max) {
            why.locked_writers.push_back(account.explain(report));
        }
    }
    if (why.reason) {
        why.try_ = cures_of(*why.reason, evidence);
    }
    return why;
}

std::string words_for(const Why& why)
{
    if (!why.reason || why.locked_writers.empty()) {
        return "";
    }
    std::size_t locked = 0;
    for (const auto& [reason, count] : why.reasons) {
        locked += count;
    }
    std::string text =
        fmt::format("while {} {} waited, ", locked, locked == 1 ? "writer" : "writers");
    if (why.source == "none") {
        text += "nobody watched the locks";
    } else {
        text += fmt::format("the write lock was held {:.0f} % of {:.1f} s", 100 * why.held,
                            why.span_ms / 1000);
        text += why.held_waiting > 0.01
                    ? fmt::format(" (asleep for {:.0f} %)", 100 * why.held_waiting)
                    : "";
        text += fmt::format(" and idle {:.0f} %", 100 * why.idle_awaited);
        if (const auto& longest = why.holds.longest) {
            text +=
                fmt::format(", by {} {}, longest {:.0f} ms", why.holds.holders,
                            why.holds.holders == 1 ? "process" : "processes in turn", longest->ms);
        }
    }
    const auto& example = why.locked_writers.front().longest;
    const bool is_about_one = *why.reason == Reason::one_long_holder ||
                              *why.reason == Reason::a_reader_held_up_the_commit ||
                              *why.reason == Reason::checkpoint_or_recovery;
    text += "\n  reason: " + words_for(*why.reason);
    if (is_about_one && example) {
        text += fmt::format(": {}{}, the {} lock for {:.0f} ms",
                            words_for(SeenProcess{example->pid, 0, example->command}),
                            example->writer ? fmt::format(", writer {}", *example->writer) : "",
                            name_of(example->lock), example->ms);
    }
    for (std::size_t index = 0; index < why.try_.size(); ++index) {
        text += (index == 0 ? "; try: " : "; or ") + why.try_[index];
    }
    for (const std::string& note : why.notes) {
        text += "\n  note: " + printable(note);
    }
    return text;
}

} // namespace firstlock

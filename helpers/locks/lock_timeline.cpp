#include "helpers/locks/lock_timeline.hpp"

#include <algorithm>
#include <numeric>
#include <optional>

namespace firstlock {
namespace {

/// From `at_ns` on there is so much more or less of something.
struct Change {
    std::int64_t at_ns;
    enum class What { in_flight, asleep, stretch } what;
    int step;
    Doing doing = Doing::insert; ///< of a stretch
};

void add(std::vector<Change>& changes, const TimeSpan& time, Change::What what,
         Doing doing = Doing::insert)
{
    if (time.to_ns > time.from_ns) {
        changes.push_back({time.from_ns, what, +1, doing});
        changes.push_back({time.to_ns, what, -1, doing});
    }
}

/// What there is of everything at a moment.
struct State {
    int in_flight = 0, asleep = 0;
    std::array<int, LockTimeline::doings> stretches{};

    void take(const Change& change)
    {
        switch (change.what) {
        case Change::What::in_flight:
            in_flight += change.step;
            break;
        case Change::What::asleep:
            asleep += change.step;
            break;
        case Change::What::stretch:
            stretches.at(static_cast<std::size_t>(change.doing)) += change.step;
            break;
        }
    }
    /// Where such time goes; nullptr: nobody has the lock or wants it.
    std::int64_t* account_in(LockTimeline::Shares& shares) const
    {
        for (std::size_t doing = 0; doing < stretches.size(); ++doing) {
            if (stretches.at(doing) > 0) {
                return &shares.held_doing.at(doing);
            }
        }
        return in_flight == 0        ? nullptr
               : asleep >= in_flight ? &shares.idle_awaited
                                     : &shares.handed_over;
    }
};

} // namespace

std::int64_t overlap_ns(const TimeSpan& one, const TimeSpan& other)
{
    return std::max<std::int64_t>(0, std::min(one.to_ns, other.to_ns) -
                                         std::max(one.from_ns, other.from_ns));
}

std::int64_t LockTimeline::Shares::held() const
{
    return std::accumulate(held_doing.begin(), held_doing.end(), std::int64_t{0});
}

LockTimeline::LockTimeline(const std::vector<Hold>& holds, const std::vector<Waiter>& waiters)
{
    std::vector<Change> changes;
    for (const Waiter& waiter : waiters) {
        add(changes, waiter, Change::What::in_flight);
        if (!waiter.is_recorded) {
            add(changes, waiter, Change::What::asleep); // as far as anyone knows
        }
        for (const TimeSpan& sleep : waiter.asleep) {
            add(changes,
                {std::max(sleep.from_ns, waiter.from_ns), std::min(sleep.to_ns, waiter.to_ns)},
                Change::What::asleep);
        }
    }
    for (const Hold& hold : holds) {
        if (hold.lock == Lock::write) {
            for (const Stretch& stretch : hold.stretches) {
                add(changes, stretch, Change::What::stretch, stretch.doing);
            }
        }
    }
    std::sort(changes.begin(), changes.end(),
              [](const Change& one, const Change& other) { return one.at_ns < other.at_ns; });
    State state;
    Shares so_far;
    for (const Change& change : changes) {
        if (!points_.empty() && change.at_ns > points_.back().at_ns) {
            if (std::int64_t* const account = state.account_in(so_far)) {
                *account += change.at_ns - points_.back().at_ns;
            }
        }
        if (points_.empty() || change.at_ns > points_.back().at_ns) {
            points_.push_back({change.at_ns, so_far});
        }
        state.take(change);
    }
}

LockTimeline::Shares LockTimeline::within(const TimeSpan& time) const
{
    // Between two points only one figure grows, and evenly.
    const auto until = [&](std::int64_t at_ns) {
        const auto after = std::upper_bound(
            points_.begin(), points_.end(), at_ns,
            [](std::int64_t moment, const Point& point) { return moment < point.at_ns; });
        if (after == points_.begin()) {
            return Shares{};
        }
        const Point& before = *std::prev(after);
        Shares shares = before.until;
        if (after == points_.end() || after->at_ns == before.at_ns) {
            return shares;
        }
        const auto part = [&](std::int64_t& figure, std::int64_t next) {
            figure += next > figure ? at_ns - before.at_ns : 0;
        };
        for (std::size_t doing = 0; doing < doings; ++doing) {
            part(shares.held_doing.at(doing), after->until.held_doing.at(doing));
        }
        part(shares.idle_awaited, after->until.idle_awaited);
        part(shares.handed_over, after->until.handed_over);
        return shares;
    };
    Shares found = until(time.to_ns);
    const Shares before = until(time.from_ns);
    for (std::size_t doing = 0; doing < doings; ++doing) {
        found.held_doing.at(doing) -= before.held_doing.at(doing);
    }
    found.idle_awaited -= before.idle_awaited;
    found.handed_over -= before.handed_over;
    return found;
}

} // namespace firstlock

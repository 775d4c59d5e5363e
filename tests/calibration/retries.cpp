// Goal:   a writer waits for a held lock in the way that its profile says, and as long.
// Method: another process holds the lock; the writer's recorder tells each sleep that it asks for.
#include "fixtures/transactions/session.hpp"
#include "helpers/described/names.hpp"
#include "tests/calibration/recorded_writer.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

using namespace firstlock;
using namespace std::chrono_literals;

namespace {

using Sleeps = std::vector<double>;

/// Of SQLite's own busy handler, in ms: https://sqlite.org/c3ref/busy_timeout.html; the steps are
/// in main.c, sqliteDefaultBusyCallback().
Sleeps documented_sleeps(std::chrono::milliseconds timeout)
{
    constexpr std::array steps{1, 2, 5, 10, 15, 20, 25, 25, 25, 50, 50, 100};
    Sleeps sleeps;
    auto left = static_cast<int>(timeout.count());
    while (left > 0) {
        const int step = std::min(left, steps.at(std::min(sleeps.size(), steps.size() - 1)));
        sleeps.push_back(step);
        left -= step;
    }
    return sleeps;
}

/// The sleeps of a writer beside a holder: all until it is refused or, where that is asked, the
/// first few, after which the lock is freed.
Sleeps sleeps_beside_a_holder(const Profile& profile, std::optional<std::size_t> first = {})
{
    if (profile.settings.busy_timeout > 0ms) {
        skip_where_no_sleep_is_asked_for(profile.settings.journal_mode);
    }
    FreshTable table;
    table.use(profile);
    Session holder(table.database());
    holder.must("BEGIN IMMEDIATE");
    RecordedWriter writer(table.database(), profile.settings);
    writer.record.take();
    writer.release();
    if (first) {
        writer.record.await_sleeps(*first);
        holder.must("COMMIT");
    }
    const Report report = writer.report();
    CHECK(report.kind == (first ? Report::Kind::ok : Report::Kind::locked));
    Sleeps sleeps = sleeps_ms(writer.record.take());
    // By the writer's word its handler's clock: the nominal sleeps, or the time from the handler's
    // first call to its last, after which one more sleep may have followed.
    const double slept_ms = std::accumulate(sleeps.begin(), sleeps.end(), 0.0);
    const double last_ms = sleeps.empty() ? 0 : sleeps.back();
    const auto waited_ms = static_cast<double>(report.waited_ms.value_or(-1));
    CHECK((profile.settings.retry == Retry::sqlite ? waited_ms == slept_ms
                                                   : waited_ms >= slept_ms - last_ms));
    sleeps.resize(std::min(first.value_or(sleeps.size()), sleeps.size()));
    return sleeps;
}

void check_by_the_clock(Retry retry, const Sleeps& sleeps)
{
    const auto [shortest, longest] = std::minmax_element(sleeps.begin(), sleeps.end());
    REQUIRE(shortest != sleeps.end());
    CHECK(*shortest >= 1);
    if (retry == Retry::constant) {
        CHECK(*longest == 1);
    } else {
        CHECK(*longest <= 10);
        CHECK(*longest > *shortest);
    }
}

Profile with_retry(const char* journal, Retry retry, std::chrono::milliseconds timeout)
{
    Profile changed = with_timeout(profile(journal), timeout);
    changed.settings.retry = retry;
    return changed;
}

} // namespace

TEST_CASE("calibration.retry: SQLite's own sleeps 1 2 5 10 15 20 25 25 25 50 50 100 ms and no "
          "longer than the timeout")
{
    const auto [journal, timeout] = GENERATE(table<const char*, std::chrono::milliseconds>(
        {{"rollback", 1ms}, {"rollback", 30ms}, {"wal", 30ms}, {"wal", 400ms}}));
    const Sleeps sleeps = sleeps_beside_a_holder(with_retry(journal, Retry::sqlite, timeout));
    CHECK(sleeps == documented_sleeps(timeout));
}

TEST_CASE("calibration.retry: a timeout of 0 asks for no sleep")
{
    const Retry retry = GENERATE(Retry::sqlite, Retry::constant, Retry::jittered);
    CHECK(sleeps_beside_a_holder(with_retry("wal", retry, 0ms)).empty());
}

TEST_CASE("calibration.retry: the constant one sleeps 1 ms each time and the jittered one 1 to 10")
{
    const Retry retry = GENERATE(Retry::constant, Retry::jittered);
    const char* const journal = GENERATE("rollback", "wal");
    CAPTURE(name_of(retry), journal);
    check_by_the_clock(retry, sleeps_beside_a_holder(with_retry(journal, retry, 60s), 12));
}

TEST_CASE("calibration.retry: each profile waits in its own way")
{
    constexpr std::size_t first = 5;
    constexpr auto patience = 60s; // with its own timeout a stall of this case would refuse it
    for (const std::string& name : profile_names()) {
        INFO(name);
        const WriterSettings& own = profile(name).settings;
        const bool waits = own.busy_timeout > 0ms;
        if (waits && own.journal_mode == "wal" && may_wait_in_kernel()) {
            continue;
        }
        const Sleeps sleeps =
            waits ? sleeps_beside_a_holder(with_timeout(profile(name), patience), first)
                  : sleeps_beside_a_holder(profile(name));
        if (own.retry == Retry::sqlite) {
            Sleeps expected = documented_sleeps(patience);
            expected.resize(waits ? first : 0);
            CHECK(sleeps == expected);
        } else {
            check_by_the_clock(own.retry, sleeps);
        }
    }
}

TEST_CASE(
    "calibration.retry: the handler's clock is that of one statement and not of a transaction")
{
    skip_where_no_sleep_is_asked_for("delete");
    Profile profile = with_timeout(firstlock::profile("rollback"), 60s);
    profile.settings.transaction = Transaction::deferred;
    FreshTable table;
    table.use(profile);
    Session holder(table.database()), reader(table.database());
    reader.must("BEGIN");
    reader.must("SELECT * FROM messages");
    holder.must("BEGIN IMMEDIATE");
    RecordedWriter writer(table.database(), profile.settings);
    writer.record.take();
    writer.release();
    std::vector<std::string> lines;
    const auto take_lines = [&] {
        const auto more = writer.record.take();
        lines.insert(lines.end(), more.begin(), more.end());
    };
    writer.record.await_sleeps(5); // of INSERT, which needs the holder's lock
    holder.must("ROLLBACK");
    // COMMIT needs the reader's, and its handler begins anew.
    for (take_lines(); std::count(lines.begin(), lines.end(), "sleep 1000") < 2; take_lines()) {
        writer.record.await_sleeps(1);
    }
    reader.must("COMMIT");
    const Report report = writer.report();
    CHECK(report.kind == Report::Kind::ok);
    take_lines();
    double all_ms = 0, statement_ms = 0, longest_ms = 0;
    for (const std::string& line : lines) {
        statement_ms = line.starts_with("> ") ? 0 : statement_ms;
        for (const double sleep_ms : sleeps_ms({line})) {
            all_ms += sleep_ms;
            statement_ms += sleep_ms;
            longest_ms = std::max(longest_ms, statement_ms);
        }
    }
    CHECK(all_ms > longest_ms);
    CHECK(report.waited_ms == std::llround(longest_ms));
}

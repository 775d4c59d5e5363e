// Goal:   each cell of the tables of first locks and of machines is the one that it should be: the
//         medians of the right trials, bounds, notes, and what tells rows apart.
// Method: made-up searches, and the whole text that comes of them.
#include "helpers/results/tables.hpp"

#include <catch2/catch_test_macros.hpp>

#include <sstream>

using namespace firstlock;

namespace {

using Place = WritersOrOutside::Place;

TrialRecord trial_at(std::size_t writers, double commits_per_second, double wait_p99_ms)
{
    TrialRecord record;
    record.search = "the search";
    record.profile = "wal";
    record.journal_mode = "wal";
    record.synchronous = "full";
    record.busy_timeout_ms = 5000;
    record.writers = writers;
    record.verdict = Verdict::stored;
    record.commits_per_second = commits_per_second;
    record.wait_ms = Percentiles{1, 2, wait_p99_ms, 9999};
    record.sqlite_version = "3.40.1";
    record.sqlite_source_id = "2022-12-28 14:03:47 df5c253c0b3dd24916e4ec7cf77d3db5294cc9fd";
    record.file_system = "ext4";
    record.host = "here";
    record.kernel = "Linux 6";
    record.cpu_count = 2;
    record.writer = "firstlock-writer";
    return record;
}

TrialRecord locked_after(std::size_t writers, double after_ms)
{
    TrialRecord record = trial_at(writers, 1, 1);
    record.verdict = Verdict::locked;
    record.first_locked = FirstLocked{after_ms, 3, 4};
    return record;
}

/// At 8, which holds, 100, 200 and 900 commits a second; the figures of a void one and of those at
/// another M do not count there.
RunResults eight_hold()
{
    TrialRecord is_void = trial_at(8, 7777, 7777);
    is_void.verdict = Verdict::void_;
    is_void.first_locked = FirstLocked{7777, 0, 1};
    TrialRecord of_another_search = trial_at(8, 5555, 5555);
    of_another_search.search = "another";
    const std::vector<TrialRecord> trials{trial_at(8, 100, 30),   trial_at(8, 900, 10),
                                          trial_at(8, 200, 20),   is_void,
                                          trial_at(16, 1, 4444),  locked_after(16, 5001),
                                          locked_after(32, 5003), locked_after(64, 5100),
                                          of_another_search};
    FirstLock found;
    found.holds = 8;
    found.holds_trials = 95;
    found.holds_p_high = 0.0312;
    found.levels.resize(1);
    found.levels[0].writers = 10;
    found.levels[0].waits_ms = {50, 2500};
    found.curve.emplace().shape = CurveShape::rising;
    found.curve->twentieth = {{Place::inside, 15.1}, {Place::inside, 12}, {Place::inside, 18}};
    found.curve->timeouts = {{10, {}, {2600, 2000, 3000}}};
    found.first_lock = 16;
    found.m50 = {Place::inside, 23.2};
    found.m50_low = {Place::inside, 17};
    found.m50_high = {Place::above, 0};
    found.trials = 7;
    found.trials_locked = 3;
    return {"one", trials, {search_state("the search", trials[0], found, true)}};
}

RunResults nothing_holds(const std::string& host)
{
    TrialRecord only = locked_after(1, 12);
    only.host = host;
    FirstLock found;
    found.first_lock = 1;
    found.m50 = found.m50_low = found.m50_high = {Place::below, 0};
    found.trials = found.trials_locked = 1;
    found.levels.resize(1);
    found.levels[0].void_trials = 1;
    return {"two", {only}, {search_state("the search", only, found, true)}};
}

/// The rows of a table, with one blank between words.
std::string rows_of(const std::string& table)
{
    std::istringstream lines(table);
    std::string rows;
    std::string line;
    std::getline(lines, line); // the head
    std::getline(lines, line); // the line under it
    while (std::getline(lines, line) && !line.empty()) {
        std::istringstream words(line);
        for (std::string word; words >> word;) {
            rows += word + " ";
        }
        rows += "\n";
    }
    return rows;
}

} // namespace

TEST_CASE("harness.report: a row of first locks has the medians of its own trials where it holds")
{
    CHECK(rows_of(first_lock_table({eight_hold()})) ==
          "wal wal full 5 s 24 (17 to above) 16 (12 to 18) 16 8: 95 of 95, P <= 3.1 % 0.5/-/- "
          "2.6 s/-/- 200 7 \n");
}

TEST_CASE("harness.report: rows of first locks say what is not known and on which machine it is so")
{
    CHECK(rows_of(first_lock_table({eight_hold(), nothing_holds("there")})) ==
          "wal wal full 5 s 24 (17 to above) 16 (12 to 18) 16 8: 95 of 95, P <= 3.1 % 0.5/-/- "
          "2.6 s/-/- 200 7 here \n"
          "wal wal full 5 s below - 1 - -/-/- -/-/- - 1 there 1 void trial \n");
    CHECK(first_lock_table({{"none", {trial_at(1, 1, 1)}, {}}}).empty());
}

TEST_CASE("harness.report: each machine has one line")
{
    TrialRecord single = trial_at(1, 1, 1);
    single.sqlite_source_id = "unknown";
    single.host = "a";
    CHECK(machine_lines({eight_hold(), eight_hold(), {"three", {single}, {}}}) ==
          "a: ext4 on Linux 6, 2 CPUs, SQLite 3.40.1 (unknown), writer firstlock-writer\n"
          "here: ext4 on Linux 6, 2 CPUs, SQLite 3.40.1 (df5c253c), writer firstlock-writer\n");
}

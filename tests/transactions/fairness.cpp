// Goal:   how evenly and how fast a crowd of waiting writers is served, by the way they wait; and
//         which settings lift the 10 to 40 commits a second that a crowd in rollback gets.
// Method: users insert one row after the other without a pause, so that all but one always wait. A
//         line per setting goes to fairness.jsonl, the table to fairness.txt. These measure: only
//         accounts are asserted, and that whoever was refused had waited for the timeout.
#include "fixtures/run/settings.hpp"
#include "fixtures/table/fresh_table.hpp"
#include "fixtures/transactions/crowd.hpp"
#include "helpers/described/names.hpp"
#include "helpers/results/line_tables.hpp"
#include "helpers/results/recorded_files.hpp"

#include <catch2/catch_test_macros.hpp>
#include <nlohmann/json.hpp>

#include <iostream>

using namespace firstlock;
using namespace std::chrono_literals;

namespace {

struct Setting {
    std::string name;
    WriterSettings with;
    RequestKind kind = RequestKind::write;
};

void measure(FreshTable& table, const Setting& setting)
{
    CAPTURE(setting.name);
    table.use({.name = setting.name, .settings = setting.with, .source = ""});
    const bool deep = settings().depth == Depth::deep;
    const CrowdOptions options{.database = table.database(),
                               .settings = setting.with,
                               .users = 20,
                               .plan = {.kinds = {setting.kind}, .duration = deep ? 4s : 1500ms}};
    const Crowd crowd = run_crowd(options);
    const auto figures = record_fairness(setting.name, options, crowd);
    CHECK(account_of(crowd, table.database()).holds());
    CHECK(figures.served > 0);
    CHECK(crowd.count_if([&](const auto& each) {
        return !each.served() && !is_starvation(each, setting.with.busy_timeout);
    }) == 0);
}

/// Prints what it has recorded, for `ctest -V`.
void measure_all(FreshTable& table, const std::vector<Setting>& rows)
{
    for (const Setting& row : rows) {
        measure(table, row);
    }
    auto lines = read_lines(settings().results / "fairness.jsonl");
    lines.erase(lines.begin(), lines.end() - static_cast<std::ptrdiff_t>(rows.size()));
    std::cout << fairness_table(lines);
}

} // namespace

TEST_CASE_METHOD(
    FreshTable,
    "transactions.a crowd of writers waits by SQLite's default or by constant or jittered retries")
{
    std::vector<Setting> rows;
    for (const char* const journal : {"rollback", "wal"}) {
        for (const Retry retry : {Retry::sqlite, Retry::constant, Retry::jittered}) {
            WriterSettings with = profile(journal).settings;
            with.busy_timeout = 1000ms; // so short that some wait it out
            with.retry = retry;
            rows.push_back({std::string(journal) + " retry " + std::string(name_of(retry)), with});
        }
    }
    measure_all(*this, rows);
}

TEST_CASE_METHOD(FreshTable,
                 "transactions.some settings lift the commits a second of a crowd in rollback")
{
    const auto with = [](auto change) {
        WriterSettings settings = profile("rollback").settings;
        change(settings);
        return settings;
    };
    const std::vector<Setting> rows{
        {"rollback", profile("rollback").settings},
        {"rollback immediate, reads too", profile("rollback").settings,
         RequestKind::read_write_transaction_immediate},
        {"rollback synchronous normal", with([](auto& each) { each.synchronous = "normal"; })},
        {"rollback synchronous off", with([](auto& each) { each.synchronous = "off"; })},
        {"journal persist", with([](auto& each) { each.journal_mode = "persist"; })},
        {"rollback retry constant", with([](auto& each) { each.retry = Retry::constant; })},
        {"wal synchronous normal", profile("recommended").settings}};
    measure_all(*this, rows);
}

// Goal:   the row count is exact after sequential and then simultaneous inserts, and no
//         acknowledged row is lost.
// Method: N rows by this process, then M writers, each a process of its own, released together; the
//         ledger of what they acknowledged is compared with the table row by row, from a fresh
//         connection. The cases of the first half run FIRSTLOCK_PROFILE and require every row.
//         Those that end in `with WAL` or `in rollback` pin that mode with the 5 s timeout people
//         start from, and measure who was locked.
#include "fixtures/table/fresh_table.hpp"
#include "fixtures/table/matchers.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace firstlock;

namespace {

/// A measurement: rows may be locked, but the account has to balance.
void check_account(const Trial& trial, std::size_t rows_in_table)
{
    CHECK_THAT(trial, NothingLost());
    CHECK_THAT(trial, CountsAddUp());
    CHECK(rows_in_table == trial.rows_after);
    if (trial.ran_out_of_time) {
        SKIP("nothing was measured: " << trial.void_because);
    }
    INFO("nothing was measured: " << trial.void_because);
    CHECK(trial.verdict != Verdict::void_);
}

} // namespace

TEST_CASE_METHOD(FreshTable, "parallel.5 rows", "[small]")
{
    use(selected_profile());
    CHECK_THAT(insert_in_parallel(example_rows(5)), AllRowsStored());
    REQUIRE(row_count() == 5);
}

TEST_CASE_METHOD(FreshTable, "parallel.50 rows", "[small]")
{
    use(selected_profile());
    CHECK_THAT(insert_in_parallel(example_rows(50)), AllRowsStored());
    REQUIRE(row_count() == 50);
}

TEST_CASE_METHOD(FreshTable, "parallel.250 rows")
{
    use(selected_profile());
    CHECK_THAT(insert_in_parallel(example_rows(250)), AllRowsStored());
    REQUIRE(row_count() == 250);
}

TEST_CASE_METHOD(FreshTable, "parallel.50 rows more onto 250")
{
    use(selected_profile());
    REQUIRE_THAT(insert_in_parallel(example_rows(250)), AllRowsStored());
    CHECK_THAT(insert_in_parallel(example_rows(50)), AllRowsStored());
    REQUIRE(row_count() == 300);
}

TEST_CASE_METHOD(FreshTable,
                 "parallel.10000 rows in sequence over one connection, then 100 in parallel")
{
    use(selected_profile());
    insert_in_sequence(example_rows(10'000), Connections::one);
    REQUIRE(row_count() == 10'000);
    CHECK_THAT(insert_in_parallel(example_rows(100)), AllRowsStored());
    REQUIRE(row_count() == 10'100);
}

TEST_CASE_METHOD(FreshTable,
                 "parallel.10000 rows in sequence with a connection each, then 100 in parallel")
{
    use(selected_profile());
    insert_in_sequence(example_rows(10'000), Connections::one_per_insert);
    REQUIRE(row_count() == 10'000);
    const Trial trial = insert_in_parallel(example_rows(100));
    CHECK_THAT(trial, AllRowsStored());
    CHECK(trial.sequential_ms > 0); // what of the case's time was not the writers'
    REQUIRE(row_count() == 10'100);
}

TEST_CASE_METHOD(FreshTable, "parallel.500 rows")
{
    use(selected_profile());
    CHECK_THAT(insert_in_parallel(example_rows(500)), AllRowsStored());
    REQUIRE(row_count() == 500);
}

TEST_CASE_METHOD(FreshTable, "parallel.250 rows with WAL")
{
    use(profile("wal"));
    const Trial trial = insert_in_parallel(example_rows(250));
    check_account(trial, row_count());
}

TEST_CASE_METHOD(FreshTable, "parallel.500 rows with WAL")
{
    use(profile("wal"));
    const Trial trial = insert_in_parallel(example_rows(500));
    check_account(trial, row_count());
}

TEST_CASE_METHOD(FreshTable, "parallel.50 rows in rollback", "[small]")
{
    use(profile("rollback"));
    const Trial trial = insert_in_parallel(example_rows(50));
    check_account(trial, row_count());
}

TEST_CASE_METHOD(FreshTable, "parallel.250 rows in rollback")
{
    use(profile("rollback"));
    const Trial trial = insert_in_parallel(example_rows(250));
    check_account(trial, row_count());
}

TEST_CASE_METHOD(FreshTable, "parallel.500 rows in rollback")
{
    use(profile("rollback"));
    const Trial trial = insert_in_parallel(example_rows(500));
    check_account(trial, row_count());
}

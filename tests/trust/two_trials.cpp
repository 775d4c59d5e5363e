// Goal:   a second trial on a table expects what the first one acknowledged, and nothing else.
// Method: a trial that locks for certain (fifty writers, no timeout), then another on the same
//         table; neither goes to the results.
#include "fixtures/table/fresh_table.hpp"
#include "fixtures/table/matchers.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace firstlock;

TEST_CASE_METHOD(FreshTable, "harness.two trials: rows that were locked in the first are not "
                             "missing in the second")
{
    use(profile("sqlite"));
    const Trial first = insert_in_parallel(example_rows(50), {.recorded = Recorded::nowhere});
    const Trial second = insert_in_parallel(example_rows(1), {.recorded = Recorded::nowhere});
    CHECK(first.locked > 0);
    CHECK_THAT(second, AllRowsStored());
    CHECK(second.rows_before == first.acknowledged);
}

// Goal:   a session that did not end well is not taken for one that did: what a case says of the
//         locks of a process that has closed its connection would be said of one that crashed.
// Method: one that is closed, and one that was killed before.
#include "fixtures/transactions/session.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

using namespace firstlock;

TEST_CASE_METHOD(InBothModes, "transactions.a session that was killed cannot be closed in silence")
{
    Session closed(database());
    closed.begin_reading();
    CHECK_NOTHROW(closed.close());

    Session killed(database());
    killed.begin_reading();
    killed.kill();
    CHECK_THROWS_WITH(killed.close(),
                      Catch::Matchers::ContainsSubstring("a session ended with signal 9"));
}

// Goal:   a second trial on a table expects what the first one acknowledged, and nothing else.
// Method: a second process of this executable, whose results go to a scratch directory, has a trial
//         that locks for certain (fifty writers, no timeout) and then another on the same table.
#include "fixtures/run/settings.hpp"
#include "fixtures/table/fresh_table.hpp"
#include "helpers/described/names.hpp"
#include "tests/trust/second_self.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace firstlock;

TEST_CASE("helper.two trials on one table", "[.]")
{
    FreshTable table;
    table.use(profile("sqlite"));
    const Trial first = table.insert_in_parallel(example_rows(50));
    const Trial second = table.insert_in_parallel(example_rows(1));
    tell("locked", std::to_string(first.locked));
    tell("second", std::string(name_of(second.verdict)));
    tell("before", std::to_string(second.rows_before));
    tell("acknowledged", std::to_string(first.acknowledged));
}

TEST_CASE("harness.two trials: rows that were locked in the first are not missing in the second")
{
    const ScratchDirectory directory;
    SecondSelf self("helper.two trials on one table",
                    {"FIRSTLOCK_RESULTS=" + directory.path().string()});
    CHECK(self.expect("locked") != "0");
    CHECK(self.expect("second") == "stored");
    const std::string before = self.expect("before");
    CHECK(self.expect("acknowledged") == before);
    CHECK(self.end().ok());
}

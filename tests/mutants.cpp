// Goal:   a defect of the instrument is seen: by the case that is meant to see it.
// Method: the table of defects (helpers/mutants), each in a copy of this tree, built and run there.
#include "fixtures/run/settings.hpp"

#include <catch2/catch_test_macros.hpp>

#include <cstdlib>

TEST_CASE("mutants.each defect of the table turns its case red")
{
    if (firstlock::settings().depth != firstlock::Depth::deep) {
        SKIP("a build and a run for each defect take half an hour: preset mutants, which sets "
             "FIRSTLOCK_DEPTH=deep");
    }
    REQUIRE(std::system("'" FIRSTLOCK_MUTANTS_EXECUTABLE "'") == 0); // which says how far it is
}

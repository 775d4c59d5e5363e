// Goal:   the writers that the README shows work as they stand there, in ten lines at most.
// Method: each is taken out of README.md and run as FIRSTLOCK_WRITER would be: five of them on a
//         table, two while the table is locked. PYTHONUNBUFFERED is taken away: it would hide a
//         line that is not flushed.
#include "fixtures/run/settings.hpp"
#include "fixtures/table/matchers.hpp"
#include "helpers/sqlite/connection.hpp"
#include "tests/trust/one_rogue.hpp"
#include "tests/trust/readme_writers.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <cstdlib>

using namespace firstlock;
using namespace std::chrono_literals;

namespace {

/// One of the README's writers on fresh tables.
void check(const std::string& language)
{
    const ScratchDirectory directory;
    const std::string text = readme_writer_text(language);
    CHECK(std::count(text.begin(), text.end(), '\n') <= 10);
    ::unsetenv("PYTHONUNBUFFERED");
    const Command writer = shell_writer(readme_writer(language, directory.path()));

    for (const char* const mode : {"rollback", "recommended"}) {
        const Trial stored = unrecorded_trial(profile(mode), writer, 5);
        CHECK_THAT(stored, AllRowsStored());
        CHECK(stored.rows_after == 5);
    }
    FreshTable table;
    table.use(with_timeout(profile("rollback"), 200ms));
    // A refusal is what is wanted here, so this process is the contender: it lets the readers
    // of the verification through, and the writers not.
    Connection holder(table.database());
    holder.execute("BEGIN IMMEDIATE");
    const Trial locked = table.insert_in_parallel(
        example_rows(2), {.writer = writer, .recorded = Recorded::nowhere});
    CHECK(locked.locked == 2);
    CHECK(locked.verdict == Verdict::locked);
    CHECK(locked.rows_after == 0);
    check_no_child_left();
}

} // namespace

TEST_CASE("harness.README: the sh writer stores its rows and tells when it is locked")
{
    check("sh");
}

TEST_CASE("harness.README: the Python writer stores its rows and tells when it is locked")
{
    check("python");
}

TEST_CASE("harness.README: the Node writer stores its rows and tells when it is locked")
{
    check("node");
}

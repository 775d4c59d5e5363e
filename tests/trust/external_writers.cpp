// Goal:   the writers that the README shows work as they stand there, in ten lines at most.
// Method: each is taken out of README.md and run as FIRSTLOCK_WRITER would be: five of them on a
//         table, two while the table is locked. PYTHONUNBUFFERED is taken away: it would hide a
//         line that is not flushed.
#include "fixtures/run/settings.hpp"
#include "fixtures/table/fresh_table.hpp"
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

/// Catch2 fixture: one of the README's writers on a fresh table.
class ReadmeWriter {
  public:
    void check(const std::string& language)
    {
        const std::string text = readme_writer_text(language);
        CHECK(std::count(text.begin(), text.end(), '\n') <= 10);
        ::unsetenv("PYTHONUNBUFFERED");
        const Command writer = shell_writer(readme_writer(language, directory_.path()));

        for (const char* const mode : {"rollback", "recommended"}) {
            const Trial stored = run(writer, profile(mode), 5);
            CHECK_THAT(stored, AllRowsStored());
            CHECK(stored.rows_after == 5);
        }
        Profile impatient = profile("rollback");
        impatient.name = "locked";
        impatient.settings.busy_timeout = 200ms;
        const Trial locked = run(writer, impatient, 2);
        CHECK(locked.locked == 2);
        CHECK(locked.verdict == Verdict::locked);
        CHECK(locked.rows_after == 0);
        check_no_child_left();
    }

  private:
    Trial run(const Command& writer, const Profile& profile, std::size_t writers)
    {
        const auto database = directory_.path() / (profile.name + ".db");
        make_table(database, profile);
        const TrialOptions options{.database = database, .profile = profile, .writer = writer};
        if (profile.name != "locked") {
            return run_trial(options, example_rows(writers));
        }
        // A refusal is what is wanted here, so this process is the contender: it lets the readers
        // of the verification through, and the writers not.
        Connection holder(database);
        holder.execute("BEGIN IMMEDIATE");
        return run_trial(options, example_rows(writers));
    }

    ScratchDirectory directory_;
};

} // namespace

TEST_CASE_METHOD(ReadmeWriter,
                 "harness.README: the sh writer stores its rows and tells when it is locked")
{
    check("sh");
}

TEST_CASE_METHOD(ReadmeWriter,
                 "harness.README: the Python writer stores its rows and tells when it is locked")
{
    check("python");
}

TEST_CASE_METHOD(ReadmeWriter,
                 "harness.README: the Node writer stores its rows and tells when it is locked")
{
    check("node");
}

// Goal:   "what became of a refused row?" has one answer, whoever asks: processes, requests, web,
//         faults.
// Method: the whole truth table of outcome_of(). Codes and stages fall into classes; each pair of
//         classes is a row with its reason, and every member of both is tried, in a transaction and
//         as a statement that commits by itself.
#include "helpers/rows/outcome.hpp"

#include <catch2/catch_test_macros.hpp>

#include <sqlite3.h>

#include <array>
#include <string>
#include <vector>

using namespace firstlock;

namespace {

using Codes = std::vector<std::optional<int>>;
using Stages = std::vector<std::string>;

const Codes busy{SQLITE_BUSY, SQLITE_BUSY_SNAPSHOT, SQLITE_BUSY_RECOVERY, SQLITE_LOCKED,
                 SQLITE_PROTOCOL};
const Codes disk{SQLITE_FULL, SQLITE_IOERR, SQLITE_IOERR_FSYNC};
const Codes other{SQLITE_ERROR, SQLITE_CONSTRAINT, SQLITE_READONLY, SQLITE_CANTOPEN};
const Codes unreported{std::nullopt};

const Stages before_the_write{"open", "configure", "begin", "read", "a word of its own"};
const Stages the_write{"insert", "write"};
const Stages the_commit{"commit"};
const Stages untold{""};

struct Row {
    const Codes& codes;
    const Stages& stages;
    Outcome in_transaction, by_itself;
    std::string reason;
};

const std::array<Row, 16> table{{
    {busy, before_the_write, Outcome::locked, Outcome::locked, "nothing was written yet"},
    {busy, the_write, Outcome::locked, Outcome::locked, "the lock to write was not had"},
    {busy, the_commit, Outcome::locked, Outcome::locked,
     "a commit that waits for readers has changed nothing, and is rolled back"},
    {busy, untold, Outcome::locked, Outcome::locked, "no lock, no row, wherever it was"},

    {disk, before_the_write, Outcome::failed, Outcome::failed, "nothing was written yet"},
    {disk, the_write, Outcome::failed, Outcome::unknown,
     "the transaction rolls back; a statement by itself commits, and its fsync may have failed"},
    {disk, the_commit, Outcome::unknown, Outcome::unknown,
     "a failed fsync is reported, and the row may be there after recovery"},
    {disk, untold, Outcome::unknown, Outcome::unknown, "it may have been at the commit"},

    {other, before_the_write, Outcome::failed, Outcome::failed, "nothing was written yet"},
    {other, the_write, Outcome::failed, Outcome::failed,
     "SQLite refused the statement before the disk did"},
    {other, the_commit, Outcome::unknown, Outcome::unknown,
     "whatever a commit says, it may have begun"},
    {other, untold, Outcome::failed, Outcome::failed, "such codes do not come from a commit"},

    {unreported, before_the_write, Outcome::failed, Outcome::failed, "nothing was written yet"},
    {unreported, the_write, Outcome::failed, Outcome::unknown, "it may have been a disk error"},
    {unreported, the_commit, Outcome::unknown, Outcome::unknown, "the commit may have begun"},
    {unreported, untold, Outcome::unknown, Outcome::unknown,
     "it may have been a disk error at the commit"},
}};

} // namespace

TEST_CASE("harness.outcome: a refused row is unknown where its commit may have begun")
{
    for (const Row& row : table) {
        for (const auto& code : row.codes) {
            for (const std::string& stage : row.stages) {
                CAPTURE(code.value_or(-1), stage, row.reason);
                CHECK(outcome_of({false, code, stage, false}) == row.in_transaction);
                CHECK(outcome_of({false, code, stage, true}) == row.by_itself);
                // The writer's own word for a lock is taken, whatever code it gives.
                CHECK(outcome_of({true, code, stage, false}) == Outcome::locked);
                CHECK(outcome_of({true, code, stage, true}) == Outcome::locked);
            }
        }
    }
}

// Goal:   after a power cut, what SQLite's documentation of `synchronous` promises is there
//         (https://sqlite.org/pragma.html#pragma_synchronous), and what it does not promise is
//         counted.
// Method: recordings of real writers, cut at many points, with what was not synced dropped, kept or
//         garbled in any mix. The table at the end says for each combination what users of it must
//         be ready to lose.
#include "fixtures/faults/fault_record.hpp"
#include "fixtures/faults/power_cuts.hpp"
#include "helpers/described/json.hpp"
#include "helpers/results/text_table.hpp"

#include <catch2/catch_test_macros.hpp>

#include <array>
#include <iostream>
#include <vector>

using namespace firstlock;

namespace {

enum class Promise {
    durable,     ///< every acknowledged transaction, whole, in a sound file
    last_commit, ///< whole transactions in a sound file; the last may be gone. FULL does not sync
                 ///< the directory after the unlink of its journal, which may be back; the next
                 ///< transaction does, with its own journal, before it writes to the file
    consistent,  ///< as before, but more than one may be gone
    mostly,      ///< as before, but SQLite itself names a small chance of corruption
    per_file,    ///< durable, but a transaction over several files may be half there
    nothing,
};

struct Law {
    const char* journal_mode;
    const char* synchronous;
    bool two_files;
    Promise promise;
    const char* in_words;
};

constexpr std::array<Law, 19> laws{{
    {"wal", "extra", false, Promise::durable, "durable"},
    {"wal", "full", false, Promise::durable, "durable"},
    {"wal", "normal", false, Promise::consistent, "sound, last commits may go"},
    {"wal", "off", false, Promise::nothing, "nothing"},
    {"delete", "extra", false, Promise::durable, "durable"},
    {"delete", "full", false, Promise::last_commit, "sound, last commit may go"},
    {"delete", "normal", false, Promise::mostly, "sound but for bad luck"},
    {"delete", "off", false, Promise::nothing, "nothing"},
    {"truncate", "extra", false, Promise::durable, "durable"},
    {"truncate", "full", false, Promise::durable, "durable"},
    {"truncate", "normal", false, Promise::mostly, "sound but for bad luck"},
    {"truncate", "off", false, Promise::nothing, "nothing"},
    {"persist", "extra", false, Promise::durable, "durable"},
    {"persist", "full", false, Promise::durable, "durable"},
    {"persist", "normal", false, Promise::mostly, "sound but for bad luck"},
    {"persist", "off", false, Promise::nothing, "nothing"},
    {"wal", "full", true, Promise::per_file, "durable, half across files"},
    {"delete", "extra", true, Promise::durable, "durable, whole across files"},
    {"truncate", "full", true, Promise::consistent, "whole across files"},
}};

/// Whether a promise allows what was found after a single cut.
bool allows(Promise promise, const FaultAccount& found)
{
    if (promise == Promise::nothing || promise == Promise::mostly) {
        return true;
    }
    const std::size_t lost = found.lost_transactions.size();
    return found.integrity == "ok" && found.unexpected + found.duplicate == 0 &&
           (found.half == 0 || promise == Promise::per_file) &&
           (lost == 0 || promise == Promise::consistent ||
            (lost == 1 && promise == Promise::last_commit));
}

/// What a law came to.
struct Tried {
    Law law;
    PowerFigures found;
};

const std::vector<Column<Tried>> columns{
    {"journal", [](const Tried& each) { return each.law.journal_mode; }},
    {"sync", [](const Tried& each) { return each.law.synchronous; }},
    {"files", [](const Tried& each) { return each.law.two_files ? 2 : 1; }},
    {"promised", [](const Tried& each) { return each.law.in_words; }},
    {"cuts", [](const Tried& each) { return each.found.cuts; }},
    {"with loss", [](const Tried& each) { return each.found.cuts_with_loss; }},
    {"rows most", [](const Tried& each) { return each.found.rows_lost_most; }},
    {"window ms", [](const Tried& each) { return each.found.window_ms_most; }},
    {"unsound", [](const Tried& each) { return each.found.cuts_unsound; }},
    {"half", [](const Tried& each) { return each.found.cuts_half; }},
};

} // namespace

TEST_CASE("faults.a power cut costs no acknowledged row where SQLite promises that")
{
    std::vector<Tried> all;
    for (const Law& law : laws) {
        const PowerOptions options{
            .journal_mode = law.journal_mode,
            .synchronous = law.synchronous,
            .two_files = law.two_files,
            .budget = fault_budget(1.5, 60),
            .allows = [&](const FaultAccount& account) { return allows(law.promise, account); }};
        const PowerFigures& found = all.emplace_back(Tried{law, run_power_cuts(options)}).found;
        record_fault("power cut", options, found);
        INFO(law.journal_mode << " " << law.synchronous << ", promised: " << law.in_words);
        INFO(found.violation);
        CHECK(found.acknowledged > 0);
        CHECK(found.violation.empty());
    }
    std::cout << table_of(all, columns) << std::flush;
}

TEST_CASE("faults.a power cut finds out a writer that forgets to sync")
{
    for (const char* const mode : {"wal", "delete", "truncate", "persist"}) {
        CAPTURE(mode);
        const PowerOptions broken{.journal_mode = mode,
                                  .synchronous = "extra",
                                  .mutation = Mutation::forgets_sync,
                                  .budget = std::chrono::duration<double>(0.5)};
        CHECK(run_power_cuts(broken).cuts_with_loss > 0);
    }
}

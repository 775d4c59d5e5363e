// Goal:   after a power cut, what SQLite's documentation of `synchronous` promises is there
//         (https://sqlite.org/pragma.html#pragma_synchronous), and what it does not promise is
//         counted.
// Method: recordings of real writers, cut at many points, with what was not synced dropped, kept or
//         garbled in any mix. The table at the end says for each combination what users of it must
//         be ready to lose.
#include "fixtures/faults/fault_record.hpp"
#include "fixtures/faults/power_cuts.hpp"

#include <catch2/catch_test_macros.hpp>
#include <spdlog/fmt/fmt.h>

#include <array>
#include <iostream>

using namespace firstlock;

namespace {

enum class Promise {
    durable,     ///< every acknowledged transaction, whole, in a sound file
    last_commit, ///< whole transactions in a sound file; the last may be gone. FULL does not sync
                 ///< the directory behind the unlink of its journal, which may be back; the next
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
    return found.integrity == "ok" && found.rows.unexpected + found.rows.duplicate == 0 &&
           (found.half == 0 || promise == Promise::per_file) &&
           (lost == 0 || promise == Promise::consistent ||
            (lost == 1 && promise == Promise::last_commit));
}

void check(const Law& law, const PowerFigures& found)
{
    INFO(law.journal_mode << " " << law.synchronous << ", promised: " << law.in_words);
    INFO(found.violation);
    CHECK(found.acknowledged > 0);
    CHECK(found.violation.empty());
}

} // namespace

TEST_CASE("faults.a power cut costs no acknowledged row where SQLite promises that")
{
    std::string table = fmt::format("{:<10}{:<8}{:<6}{:<29}{:>6}{:>10}{:>10}{:>11}{:>9}{:>6}\n",
                                    "journal", "sync", "files", "promised", "cuts", "with loss",
                                    "rows most", "window ms", "unsound", "half");
    for (const Law& law : laws) {
        const PowerOptions options{
            .journal_mode = law.journal_mode,
            .synchronous = law.synchronous,
            .two_files = law.two_files,
            .budget = std::chrono::duration<double>(fault_budget_s(1.5, 60)),
            .allows = [&](const FaultAccount& account) { return allows(law.promise, account); }};
        const PowerFigures found = run_power_cuts(options);
        record_fault("power cut", to_json(options, found));
        table += fmt::format("{:<10}{:<8}{:<6}{:<29}{:>6}{:>10}{:>10}{:>11.1f}{:>9}{:>6}\n",
                             law.journal_mode, law.synchronous, law.two_files ? 2 : 1, law.in_words,
                             found.cuts, found.cuts_with_loss, found.rows_lost_most,
                             found.window_ms_most, found.cuts_unsound, found.cuts_half);
        check(law, found);
    }
    std::cout << table << std::flush;
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

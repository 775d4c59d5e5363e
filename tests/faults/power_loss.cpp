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
#include "helpers/sqlite/connection.hpp"

#include <boost/uuid/uuid_io.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

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
    consistent,  ///< as before, but more than one may be gone: the last ones, none before another
    mostly,      ///< as before, but SQLite itself names a small chance of corruption
    per_file,    ///< durable, but a transaction over several files may be half there
    nothing,
};
BOOST_DESCRIBE_ENUM(Promise, durable, last_commit, consistent, mostly, per_file, nothing)

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
    const bool is_sound = found.integrity == "ok";
    const bool invents_nothing = found.unexpected + found.duplicate == 0;
    const bool is_end = found.lost_before_kept == 0; // what is lost, where anything is
    const bool is_whole = invents_nothing && found.half == 0;
    switch (promise) {
    case Promise::durable:
        return is_sound && is_whole && found.lost == 0;
    case Promise::per_file:
        return is_sound && invents_nothing && found.lost == 0;
    case Promise::last_commit:
        return is_sound && is_whole && is_end && found.lost_transactions.size() <= 1;
    case Promise::consistent:
        return is_sound && is_whole && is_end;
    case Promise::mostly:
        return !is_sound || (is_whole && is_end);
    case Promise::nothing: // a sound file holds what somebody wrote nevertheless
        return !is_sound || invents_nothing;
    }
    return false;
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
    {"out of order", [](const Tried& each) { return each.found.cuts_out_of_order; }},
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
        CHECK(found.acknowledged > 0); // else it proves nothing
        CHECK(found.violation.empty());
    }
    std::cout << table_of(all, columns) << std::flush;
}

TEST_CASE("faults.a power cut finds out a writer that forgets to sync")
{
    for (const char* const mode : {"wal", "delete", "truncate", "persist"}) {
        CAPTURE(mode);
        // It ends when older ones are gone while younger ones are there.
        const PowerOptions broken{
            .journal_mode = mode,
            .synchronous = "extra",
            .mutation = Mutation::forgets_sync,
            .budget = std::chrono::duration<double>(20),
            .allows = [](const FaultAccount& found) { return found.lost_before_kept == 0; }};
        CHECK(run_power_cuts(broken).cuts_out_of_order == 1);
    }
}

TEST_CASE("faults.a power cut may cost what is promised and no more")
{
    struct Cost {
        const char* what;
        FaultAccount found;
        std::string allowed_by;
    };
    const auto account = [](auto change) {
        FaultAccount found;
        change(found);
        return found;
    };
    const auto lost = [&](std::size_t transactions, std::size_t before_kept) {
        return account([&](FaultAccount& found) {
            found.lost = transactions;
            found.lost_transactions.resize(transactions);
            found.lost_before_kept = before_kept;
        });
    };
    const std::vector<Cost> costs{
        {"nothing", {}, " durable last_commit consistent mostly per_file nothing"},
        {"the last transaction", lost(1, 0), " last_commit consistent mostly nothing"},
        {"the last two", lost(2, 0), " consistent mostly nothing"},
        {"one before one that is there", lost(1, 1), " nothing"},
        {"half of one", account([](auto& found) { found.half = 1; }), " per_file nothing"},
        {"a row too many", account([](auto& found) { found.unexpected = 1; }), ""},
        {"a row twice", account([](auto& found) { found.duplicate = 1; }), ""},
        {"a broken file", account([](auto& found) { found.integrity = "-"; }), " mostly nothing"},
        {"a broken file with a row too many",
         account([](auto& found) { found.integrity = "-", found.unexpected = 1; }),
         " mostly nothing"},
    };
    for (const Cost& cost : costs) {
        CAPTURE(cost.what);
        std::string allowed_by;
        for_each_value<Promise>([&](std::string_view name, Promise promise) {
            allowed_by += allows(promise, cost.found) ? " " + std::string(name) : "";
        });
        CHECK(allowed_by == cost.allowed_by);
    }
}

TEST_CASE("faults.the last transaction is the one that had the write lock last")
{
    const FaultTable table("delete");
    FaultLedger ledger = table.ledger;
    for (const std::uint32_t writer : {1U, 2U}) { // both have begun, and wait
        ledger.book({.writer = writer, .number = 0, .rows = 1});
    }
    for (const std::uint32_t writer : {2U, 1U}) {
        ledger.has_lock(writer);
        ledger.acknowledge(writer, 0, 1);
    }
    const std::uint32_t kept = GENERATE(1U, 2U);
    const Message row = row_name(ledger.tag(), kept, 0, 0);
    Connection(table.database, {})
        .execute("INSERT INTO messages(msg, payload) VALUES ('" + boost::uuids::to_string(row) +
                 "', '')");
    const FaultAccount found = ledger.check(table.database);
    CAPTURE(kept, found.verdict());
    CHECK(found.lost == 1);
    CHECK(found.lost_before_kept == (kept == 1 ? 1 : 0));
}

// Goal:   the suite is sharp: no broken writer, and no broken VFS under one, gets past it.
// Method: each defect (helpers/faults/fault_task.hpp) goes through the same trials as the sound
//         writer, in turn, until one of them catches it; the table says which and how soon. The
//         sound writer goes through all of them and must not be caught, or the table would prove
//         nothing. The table is also left in results as mutations.txt; one command makes it anew:
//         ctest -R 'no broken writer survives' -V
#include "fixtures/faults/fault_record.hpp"
#include "fixtures/faults/killed_writers.hpp"
#include "fixtures/faults/power_cuts.hpp"
#include "fixtures/run/settings.hpp"
#include "helpers/results/results_folder.hpp"

#include <catch2/catch_test_macros.hpp>
#include <spdlog/fmt/fmt.h>

#include <array>
#include <functional>
#include <iostream>

using namespace firstlock;

namespace {

using Seconds = std::chrono::duration<double>;

/// What one trial says of a writer with a defect: nothing, or what is wrong.
struct Sieve {
    const char* name;
    std::string (*run)(Mutation mutation, Seconds budget);
};

std::string crowd(const char* mode, bool kills, Mutation mutation, Seconds budget)
{
    return run_killed_writers({.journal_mode = mode,
                               .synchronous = "normal",
                               .writers = 4,
                               .kills = kills,
                               .mutation = mutation,
                               .budget = budget})
        .violation;
}

std::string cut(const char* mode, Mutation mutation, Seconds budget)
{
    const PowerFigures found = run_power_cuts(
        {.journal_mode = mode,
         .synchronous = "extra",
         .mutation = mutation,
         .budget = budget,
         .allows = [&](const FaultAccount& account) {
             return account.holds() || mutation != Mutation::none; // a defect leaves no evidence
         }});
    return found.violation.empty() ? found.example : found.violation;
}

constexpr std::array<Sieve, 6> sieves{{
    {"crowd in DELETE",
     [](Mutation broken, Seconds budget) { return crowd("delete", false, broken, budget); }},
    {"crowd in WAL",
     [](Mutation broken, Seconds budget) { return crowd("wal", false, broken, budget); }},
    {"kills in DELETE",
     [](Mutation broken, Seconds budget) { return crowd("delete", true, broken, budget); }},
    {"kills in WAL",
     [](Mutation broken, Seconds budget) { return crowd("wal", true, broken, budget); }},
    {"power cuts in DELETE",
     [](Mutation broken, Seconds budget) { return cut("delete", broken, budget); }},
    {"power cuts in WAL",
     [](Mutation broken, Seconds budget) { return cut("wal", broken, budget); }},
}};

std::string short_form(const std::string& text)
{
    constexpr std::size_t most = 60;
    return text.size() > most ? text.substr(0, most) + "..." : text;
}

} // namespace

TEST_CASE("faults.no broken writer survives and the sound one does")
{
    const Seconds budget(fault_budget_s(2, 20));
    for (const Sieve& sieve : sieves) {
        INFO("the sound writer, " << sieve.name);
        const std::string finding = sieve.run(Mutation::none, budget / 2);
        INFO(finding);
        CHECK(finding.empty());
    }
    std::string table =
        fmt::format("{:<28}{:<22}{:>9}  {}\n", "defect", "caught by", "seconds", "by what");
    for (const Mutation mutation : all_mutations()) {
        const std::string name(name_of(mutation));
        const auto start = std::chrono::steady_clock::now();
        std::string caught_by = "nothing";
        std::string what;
        for (const Sieve& sieve : sieves) {
            what = sieve.run(mutation, budget);
            if (!what.empty()) {
                caught_by = sieve.name;
                break;
            }
        }
        const double seconds = Seconds(std::chrono::steady_clock::now() - start).count();
        INFO(name);
        CHECK(caught_by != "nothing");
        table +=
            fmt::format("{:<28}{:<22}{:>9.2f}  {}\n", name, caught_by, seconds, short_form(what));
        record_fault("mutation", {{"mutation", name},
                                  {"caught_by", caught_by},
                                  {"seconds", seconds},
                                  {"finding", what}});
    }
    std::cout << table << std::flush;
    replace_file(settings().results / "mutations.txt", table);
}

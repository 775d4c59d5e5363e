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
#include "helpers/described/names.hpp"
#include "helpers/results/results_folder.hpp"
#include "helpers/results/text_table.hpp"

#include <catch2/catch_test_macros.hpp>
#include <spdlog/fmt/fmt.h>

#include <array>
#include <iostream>
#include <string>
#include <vector>

using namespace firstlock;

namespace {

using Seconds = std::chrono::duration<double>;

/// What one trial says of a writer with a defect: nothing, or what is wrong.
struct Sieve {
    const char* name;
    const char* journal_mode;
    std::string (*run)(const char* journal_mode, Mutation mutation, Seconds budget);
};

template <bool kills>
std::string crowd(const char* mode, Mutation mutation, Seconds budget)
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
    const PowerFigures found = run_power_cuts({.journal_mode = mode,
                                               .synchronous = "extra",
                                               .mutation = mutation,
                                               .budget = budget,
                                               .allows = &FaultAccount::holds});
    return found.violation;
}

constexpr std::array<Sieve, 6> sieves{{
    {"crowd in DELETE", "delete", crowd<false>},
    {"crowd in WAL", "wal", crowd<false>},
    {"kills in DELETE", "delete", crowd<true>},
    {"kills in WAL", "wal", crowd<true>},
    {"power cuts in DELETE", "delete", cut},
    {"power cuts in WAL", "wal", cut},
}};

std::string first_words(const std::string& text)
{
    return text.substr(0, std::min<std::size_t>(60, text.find('\n')));
}

/// What became of a defect.
struct Caught {
    Mutation mutation;
    std::string by = "nothing", what{};
    double seconds = 0;
};

Caught first_catch(Mutation mutation, Seconds budget)
{
    Caught caught{.mutation = mutation};
    const auto start = std::chrono::steady_clock::now();
    for (const Sieve& sieve : sieves) {
        caught.what = sieve.run(sieve.journal_mode, mutation, budget);
        if (!caught.what.empty()) {
            caught.by = sieve.name;
            break;
        }
    }
    caught.seconds = Seconds(std::chrono::steady_clock::now() - start).count();
    return caught;
}

} // namespace

TEST_CASE("faults.no broken writer survives and the sound one does")
{
    const Seconds budget = fault_budget(2, 20);
    const Caught sound = first_catch(Mutation::none, budget / 2);
    INFO(sound.by << ": " << sound.what);
    CHECK(sound.by == "nothing");
    std::vector<Caught> all;
    for_each_value<Mutation>([&](std::string_view name, Mutation mutation) {
        if (mutation == Mutation::none) {
            return;
        }
        const Caught& caught = all.emplace_back(first_catch(mutation, budget));
        INFO(name);
        CHECK(caught.by != "nothing");
        record_fault("mutation", {{"mutation", name},
                                  {"caught_by", caught.by},
                                  {"seconds", caught.seconds},
                                  {"finding", caught.what}});
    });
    const std::string table = table_of<Caught>(
        all, {{"defect", [](const Caught& each) { return std::string(name_of(each.mutation)); }},
              {"caught by", &Caught::by},
              {"seconds", [](const Caught& each) { return fmt::format("{:.2f}", each.seconds); }},
              {"by what", [](const Caught& each) { return first_words(each.what); }}});
    std::cout << table << std::flush;
    replace_file(settings().results / "mutations.txt", table);
}

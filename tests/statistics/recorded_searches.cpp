// Goal:   a search asks on every platform what it asked when its rules were judged, question by
//         question: each change of a rule is seen, and is meant.
// Method: the questions and findings of searches on simulated set-ups, as data/searches.txt has
//         them. Where a rule was changed on purpose, the file is replaced by the one that the
//         failure names.
#include "fixtures/run/scratch_directory.hpp"
#include "helpers/statistics/first_lock_search.hpp"
#include "tests/statistics/simulated_setup.hpp"

#include <catch2/catch_test_macros.hpp>

#include <spdlog/fmt/fmt.h>

#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

using namespace firstlock;
using namespace firstlock::simulated;

namespace {

std::string text_of(const WritersOrOutside& place)
{
    switch (place.place) {
    case WritersOrOutside::Place::below:
        return "below";
    case WritersOrOutside::Place::inside:
        return fmt::format("{:.1f}", place.writers);
    case WritersOrOutside::Place::above:
        break;
    }
    return "above";
}

template <typename Value>
std::string text_of(const std::optional<Value>& value)
{
    return value ? fmt::format("{:.4g}", static_cast<double>(*value)) : "none";
}

/// Each M in the order asked, with its row of equal answers: `64` clean, `64x5` so five times,
/// `64!` locked, `64v` void.
std::string questions(const std::vector<TrialAnswer>& told)
{
    std::string text;
    for (std::size_t at = 0; at < told.size();) {
        const auto word = [](const TrialAnswer& each) {
            return std::to_string(each.writers) + (each.is_void              ? "v"
                                                   : each.locked_writers > 0 ? "!"
                                                                             : "");
        };
        std::size_t end = at;
        while (end < told.size() && word(told[end]) == word(told[at])) {
            ++end;
        }
        text += " " + word(told[at]) + (end - at > 1 ? "x" + std::to_string(end - at) : "");
        at = end;
    }
    return text;
}

std::string recording_of(const Setup& setup, const SearchLimits& limits)
{
    FirstLockSearch search(limits);
    const auto told = run(search, setup, limits.seed);
    const FirstLock found = search.result();
    return fmt::format("{}, up to {} writers, {} trials, {} s, seed {}\n asked{}\n found holds {} "
                       "({}), first lock {}, m50 {} ({} to {}), {} locked of {}, {}monotone, {}\n",
                       setup.shape, limits.writers_max, limits.trials_max, limits.budget_s,
                       limits.seed, questions(told), text_of(found.holds),
                       text_of(found.holds_p_high), text_of(found.first_lock), text_of(found.m50),
                       text_of(found.m50_low), text_of(found.m50_high), found.trials_locked,
                       found.trials, found.monotone ? "" : "not ", found.stopped_because);
}

} // namespace

TEST_CASE("statistics.a search asks what it was recorded to ask")
{
    std::string text;
    std::vector<Setup> all = setups();
    all.push_back({"half at each", true, [](int) { return 0.5; }, 1});
    all.push_back(
        {"half at 1, all at 2", true, [](int writers) { return writers == 1 ? 0.45 : 1; }, 1});
    all.push_back({"half at 3", true, logistic(3, 0.2), 1});
    all.push_back({"falls", false, logistic(30, -0.2)});
    for (const Setup& setup : all) {
        for (const SearchLimits& limits :
             {SearchLimits{1000, 5000, 60, 1}, SearchLimits{1000, 5000, 300, 2},
              SearchLimits{40, 60, 20, 3}}) {
            text += recording_of(setup, limits);
        }
    }
    const ScratchDirectory scratch;
    const auto seen = scratch.path() / "searches.txt";
    std::ofstream(seen) << text;
    const std::filesystem::path recorded =
        FIRSTLOCK_SOURCE_DIRECTORY "/tests/statistics/data/searches.txt";
    INFO("recorded: " << recorded.string() << "\nseen:     " << seen.string());
    CHECK((text == firstlock::text_of(recorded)));
}

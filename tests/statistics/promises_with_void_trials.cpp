// Goal:   void trials keep a promise from being kept on what they might have hidden, and a test
//         goes on for as long as there is hope of a verdict.
// Method: sequences of clean, locked and void trials at {0.05, 0.5, 0.95}, where 5 clean ones keep
//         and 2 locked ones break: log(0.95 / 0.5) is 0.64, log(0.5 / 0.05) 2.3, the boundary 3.0.
#include <catch2/catch_test_macros.hpp>
#include <string>

#include "helpers/statistics/sequential_test.hpp"

using namespace firstlock;

namespace {

constexpr PromiseTerms terms{.tolerated = 0.05, .refuted = 0.5, .confidence = 0.95};

/// What has become of a promise after clean (c), locked (l) and void (v) trials.
struct Told {
    explicit Told(const std::string& trials, int trials_max = 100) : test(terms, trials_max)
    {
        for (const char each : trials) {
            each == 'v' ? test.tell_void() : test.tell(each == 'l');
        }
    }
    bool is(PromiseVerdict verdict, bool has_ended) const
    {
        return test.verdict() == verdict && test.has_ended() == has_ended;
    }
    PromiseTest test;
};

} // namespace

TEST_CASE("statistics.five clean trials keep a promise and two locked ones break it")
{
    using enum PromiseVerdict;
    CHECK(Told("cccc").is(undecided, false));
    CHECK(Told("ccccc").is(kept, true));
    CHECK(Told("l").is(undecided, false));
    CHECK(Told("ll").is(broken, true));
    CHECK(Told("l").test.bounds().low > 0);
}

TEST_CASE("statistics.a promise is kept only if it would be were the void trials locked ones")
{
    using enum PromiseVerdict;
    // Kept without the void trial, and open with it: more clean trials may decide, and do.
    const Told open("vccccc");
    CHECK(open.is(undecided, false));
    CHECK(open.test.is_undecided_by_voids());
    CHECK(Told("vcccccccc").is(undecided, false));
    CHECK(Told("vccccccccc").is(kept, true));
    // A void trial keeps no promise from being broken, and breaks none.
    CHECK(Told("vl").is(undecided, false));
    CHECK(Told("vll").is(broken, true));
}

TEST_CASE(
    "statistics.a promise that void trials might have broken is open until it is kept without "
    "them")
{
    using enum PromiseVerdict;
    const Told open("vv");
    CHECK(open.is(undecided, false)); // two locked ones would break it still
    CHECK(open.test.is_undecided_by_voids());
    CHECK(Told("vvll").is(broken, true));
    // Verdicts stand: nothing can make the one without them broken or the other kept.
    const Told hopeless("vvccccc");
    CHECK(hopeless.is(undecided, true));
    CHECK(hopeless.test.is_undecided_by_voids());
}

TEST_CASE("statistics.a promise has so many trials, and the void ones are among them")
{
    using enum PromiseVerdict;
    CHECK(Told("ccc", 3).is(undecided, true));
    CHECK(Told("vcc", 3).is(undecided, true));
    CHECK(Told("cc", 3).is(undecided, false));
    CHECK_FALSE(Told("ccc", 3).test.is_undecided_by_voids());
    CHECK(Told("ccc", 3).test.clean_trials_needed() == 2);
    CHECK(Told("v").test.clean_trials_needed() == 9);
}

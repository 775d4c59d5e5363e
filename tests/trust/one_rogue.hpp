#pragma once

#include "fixtures/table/fresh_table.hpp"

#include <string>

namespace firstlock {

/// What a trial with one rogue among four honest writers has to come to. All of it is checked, also
/// what a case does not name.
struct Expected {
    Verdict verdict = Verdict::void_;
    std::size_t acknowledged = 4, locked = 0, failed = 0, unknown = 0;
    std::size_t lost = 0, unexpected = 0, duplicate = 0, unknown_stored = 0;
    bool ran_out_of_time = false, stopped_early = false;
    std::string story{}; ///< what the story that a person reads has to hold
};

/// Catch2 fixture: real trials of five writers on a table with one row. Nothing goes to the
/// results.
class OneRogue : public FreshTable {
  public:
    static constexpr std::size_t writers = 5;
    static constexpr std::size_t honest = writers - 1;

    /// Runs the trial, with deadlines short enough to wait for, and checks everything in
    /// `expected`, how many rows are there, what the matchers say of it, and that no child of this
    /// process is left.
    Trial expect(const Command& writer, const Expected& expected,
                 bool stop_at_first_locked = false);
};

/// The writers 1 and 2 break the rules in the way of these modes of firstlock-rogue-writer, the
/// others in the third; the suite's own writer is "honest".
Command rogues(const std::string& first, const std::string& second = "honest",
               const std::string& others = "honest");

// A table that registers each: what a person should see as a test is one.
#define ONE_ROGUE(sentence, ...)                                                                   \
    TEST_CASE_METHOD(OneRogue, "harness." sentence)                                                \
    {                                                                                              \
        expect(__VA_ARGS__);                                                                       \
    }

/// A trial on a fresh table in `parent` (empty: FIRSTLOCK_DIR) that leaves no line in the results.
Trial unrecorded_trial(const Profile& profile, const Command& writer, std::size_t writers,
                       const std::filesystem::path& parent = {});

/// That every child which this process started has ended and was reaped.
void check_no_child_left();

} // namespace firstlock

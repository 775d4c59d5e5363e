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
    std::string story; ///< what the story that a person reads has to hold
};

/// Catch2 fixture: real trials of five writers on a table with one row, of which one (index 1)
/// breaks the rules in the way of a mode of firstlock-rogue-writer, while four are the suite's own.
/// Nothing goes to the results.
class OneRogue : public FreshTable {
  public:
    static constexpr std::size_t writers = 5;
    static constexpr std::size_t honest = writers - 1;

    /// Runs the trial and checks everything in `expected`, and that no child of this process is
    /// left.
    Trial expect(const std::string& mode, const Expected& expected);

    /// A trial of any command, with deadlines short enough to wait for.
    Trial run(const Command& writer, bool stop_at_first_locked = false);

    std::filesystem::path directory() const { return database().parent_path(); }
};

/// The writers 1 and 2 are rogues of these modes, the others of the third.
Command rogues(const std::string& first, const std::string& second, const std::string& others);

/// A trial on a fresh table in `parent` (empty: FIRSTLOCK_DIR) that leaves no line in the results.
Trial unrecorded_trial(const Profile& profile, const Command& writer, std::size_t writers,
                       const std::filesystem::path& parent = {});

/// That every child which this process started has ended and was reaped.
void check_no_child_left();

} // namespace firstlock

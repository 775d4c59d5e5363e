#pragma once

#include <boost/describe/class.hpp>
#include <boost/describe/enum.hpp>

#include <cstddef>
#include <optional>
#include <string_view>

namespace firstlock {

/// What became of a row, by its writer's word (tests/README.md, "Words").
enum class Outcome {
    acknowledged,
    locked,  ///< refused by a lock, and not stored
    failed,  ///< refused for another reason, and not stored
    unknown, ///< nobody knows whether it is stored
};
BOOST_DESCRIBE_ENUM(Outcome, acknowledged, locked, failed, unknown)

/// How many rows came to each outcome.
struct OutcomeCounts {
    std::size_t acknowledged = 0, locked = 0, failed = 0, unknown = 0;

    void count(Outcome outcome)
    {
        ++(outcome == Outcome::acknowledged ? acknowledged
           : outcome == Outcome::locked     ? locked
           : outcome == Outcome::failed     ? failed
                                            : unknown);
    }
    OutcomeCounts& counts() { return *this; } // of what is more than that
    const OutcomeCounts& counts() const { return *this; }
    std::size_t sum() const { return acknowledged + locked + failed + unknown; }
};
BOOST_DESCRIBE_STRUCT(OutcomeCounts, (), (acknowledged, locked, failed, unknown))

/// What is known of a row's refusal: all that the rule of outcomes looks at.
struct Refusal {
    bool locked = false;     ///< by the writer's word; a code of the locked family says it too
    std::optional<int> code; ///< extended; empty where the writer gave none
    /// open, configure, begin, read, insert (or write), commit, or a writer's own word; empty where
    /// it gave none.
    std::string_view stage;
    /// The refused statement commits by itself.
    bool autocommit = false;
};

/// What became of a row that was refused. After a refusal by a lock it is not stored. After any
/// other one whose commit may have begun nobody knows: at the commit itself, and after an I/O error
/// or a full disk at a statement that commits by itself, since a failed fsync in WAL was seen to be
/// reported as an error while the row was there after recovery. A writer of another language may
/// give no stage: then a disk error leaves the row unknown wherever it was; where it gives no code
/// either, any failure may have been one.
Outcome outcome_of(const Refusal& refusal);

} // namespace firstlock

#pragma once

#include "helpers/rows/ledger.hpp"

#include <boost/describe/enum.hpp>

#include <string>

namespace firstlock {

/// The one word on a trial.
enum class Verdict {
    stored, ///< every writer's row was acknowledged and is there, once
    locked, ///< nothing is wrong with the table, and at least one writer was locked
    broken, ///< a row is lost, unexpected or duplicate, or integrity_check complains: no excuse
    void_,  ///< evidence of nothing: failed or unknown rows, a broken protocol, no set-up
};
BOOST_DESCRIBE_ENUM(Verdict, stored, locked, broken, void_)

/// What a verdict is made of: the outcomes are of the M writers and add up to M, the findings of
/// the whole table.
struct Evidence : OutcomeCounts, Findings {
    std::size_t writers = 0; ///< M, and so the rows attempted after the gate
    std::string integrity = "ok";
    std::size_t stopped = 0; ///< of the unknown: stopped on purpose when another was locked
    std::string flaw; ///< a set-up that failed, or a writer that broke the protocol; empty: none
};

/// Broken comes before void, void before locked, locked before stored. A trial that was stopped
/// at its first locked writer is locked although the rows of those that were stopped are unknown;
/// a trial without writers is void.
Verdict judge(const Evidence& evidence);

} // namespace firstlock

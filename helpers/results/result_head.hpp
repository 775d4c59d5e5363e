#pragma once

#include <boost/describe/class.hpp>

#include <cstdint>
#include <string>

namespace firstlock {

/// The version of the lines and of the summary: 2 has longest waits and wait curves. A reader
/// refuses a newer one.
constexpr int results_schema = 2;

/// What every line of results begins with, whatever its figures are about. The names of the members
/// are its keys, here and in the other described structs of this folder; they are a contract
/// (helpers/results/README.md): readers outside this project rely on them.
struct ResultHead {
    int schema = results_schema;
    std::string run_id{}; ///< filled in by ResultsFolder::append
    std::string case_, started_at;
    std::uint64_t seed = 0;
};
BOOST_DESCRIBE_STRUCT(ResultHead, (), (schema, run_id, case_, started_at, seed))

/// "2026-01-31T12:00:00.123Z"
std::string utc_now();

} // namespace firstlock

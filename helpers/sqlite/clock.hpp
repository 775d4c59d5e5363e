#pragma once

#include <cstdint>
#include <ctime>

namespace firstlock {

/// CLOCK_MONOTONIC in nanoseconds: the one clock of all times in reports and records, which all
/// processes of a machine share.
inline std::int64_t monotonic_ns()
{
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

} // namespace firstlock

#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace firstlock {

/// Writes `line` to each of `descriptors`, in their order, and passes over those whose reader has
/// gone or that are closed. All of it is one system call where the system has one for that (Linux:
/// io_submit), and a loop of writes elsewhere: a loop is kept from its work by those that it has
/// already woken, and the last of 1000 writers got its `go` 200 ms after the first, of 5000 21 s,
/// on two cores. Call from one thread only. Gives back to how many, from the first on, it was one
/// call.
std::size_t write_to_each(const std::vector<int>& descriptors, std::string_view line);

/// Makes what write_to_each() needs for so many, which may take 50 ms: before whatever is timed.
/// False where the system has or allows no such call.
bool prepare_to_write_to(std::size_t count);

/// The loop alone, which is what write_to_each() comes down to where the system refuses the rest.
void write_one_by_one(const std::vector<int>& descriptors, std::string_view line);

} // namespace firstlock

#pragma once

#include <string>
#include <vector>

namespace firstlock {

/// From here on this process and its children are refused `calls` with `error`, as in some
/// containers (a seccomp filter).
void refuse_calls(const std::vector<long>& calls, int error);

/// For a process under such a filter: runs a pool of 20 writers and tells what it stored.
void tell_what_a_pool_stores();
/// That a second process tells so; it runs `hidden_case`, which gets what is `handed_over`. Skips
/// the case where the system takes no such filter.
void check_that_a_pool_stores(const std::string& hidden_case,
                              const std::vector<std::string>& handed_over = {});

} // namespace firstlock

#include "helpers/results/result_head.hpp"

#include <spdlog/fmt/chrono.h>

#include <chrono>

namespace firstlock {

std::string utc_now()
{
    using std::chrono::system_clock;
    const auto now = system_clock::now();
    const auto ms = std::chrono::floor<std::chrono::milliseconds>(now.time_since_epoch()).count();
    return fmt::format("{:%FT%T}.{:03}Z", fmt::gmtime(system_clock::to_time_t(now)), ms % 1000);
}

} // namespace firstlock

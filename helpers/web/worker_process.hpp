#pragma once

#include "helpers/web/server_settings.hpp"

#include <cstdint>

namespace firstlock::web {

/// What one worker process has done when it stops.
struct WorkerTotals {
    std::uint64_t connections = 0;
    std::uint64_t requests = 0; ///< answered, refused ones included
    bool drained = true;        ///< false when the drain timeout cut something off
};

/// Serves HTTP/1.1 on `listener`, a bound and listening socket that other processes may share,
/// until SIGTERM; then answers the requests that are in flight, and returns. One thread does all
/// HTTP, the settings' number of threads runs the requests, since SQLite blocks. Writes one byte to
/// `ready` as soon as it accepts.
WorkerTotals run_worker(int listener, int ready, const ServerSettings& settings);

} // namespace firstlock::web

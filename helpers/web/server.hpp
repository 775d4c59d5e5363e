#pragma once

#include "helpers/web/server_settings.hpp"

#include <cstdint>
#include <functional>

namespace firstlock::web {

/// What a server has done when it stops.
struct ServerReport {
    std::uint64_t connections = 0;
    std::uint64_t requests = 0; ///< answered, refused ones included
    bool drained = true;        ///< false when the drain timeout cut something off
};
BOOST_DESCRIBE_STRUCT(ServerReport, (), (connections, requests, drained))

/// Serves HTTP/1.1 until SIGTERM, SIGINT, SIGHUP or the end of stdin; then answers the requests
/// that are in flight, and returns. One thread does all HTTP, the settings' number of threads runs
/// the requests, since SQLite blocks. A site of several processes shares one port: each listens on
/// a socket of its own (SO_REUSEPORT), and the system deals connections out among them. Calls
/// `ready` with the port as soon as it accepts. Throws std::exception when it cannot listen.
ServerReport serve(const ServerSettings& settings,
                   const std::function<void(unsigned short port)>& ready);

} // namespace firstlock::web

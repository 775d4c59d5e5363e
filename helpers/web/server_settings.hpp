#pragma once

#include "helpers/sqlite/settings.hpp"

#include <boost/describe/class.hpp>
#include <boost/describe/enum.hpp>

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <string>

namespace firstlock::web {

/// How the threads of a server come by their connections: one opened for each request (system A),
/// one kept by each thread (Django, gunicorn), or a pool that may be smaller than the threads
/// (ecto, SQLAlchemy).
enum class ConnectionPolicy { request, thread, pool };
BOOST_DESCRIBE_ENUM(ConnectionPolicy, request, thread, pool)

/// The task of firstlock-web, one process of a site.
struct ServerSettings {
    std::filesystem::path database{};
    WriterSettings sqlite{}; ///< of each connection; its `connect` is not used
    /// Each request that writes is one transaction, as Django's ATOMIC_REQUESTS.
    bool atomic_requests = false;
    std::chrono::milliseconds create_user_work{500}; ///< processor time of hashing a password
    std::chrono::milliseconds between_statements{0}; ///< likewise, in the E endpoints

    ConnectionPolicy connections = ConnectionPolicy::thread;
    std::size_t pool_size = 5;
    std::chrono::milliseconds pool_wait{2000}; ///< then a 503

    std::string address = "127.0.0.1";
    unsigned short port = 0;   ///< 0: the system chooses
    bool joins = false;        ///< beside the processes of its site that listen on `port` already
    bool allow_remote = false; ///< without it only loopback addresses are bound
    std::size_t threads = 4;   ///< that run requests

    std::chrono::milliseconds idle_timeout{60'000};  ///< until the first byte of a next request
    std::chrono::milliseconds header_timeout{5'000}; ///< from that byte to the end of the header
    std::chrono::milliseconds body_timeout{5'000};   ///< from there to the end of the body
    std::chrono::milliseconds drain_timeout{30'000}; ///< from SIGTERM until what is left is cut off
};
BOOST_DESCRIBE_STRUCT(ServerSettings, (),
                      (database, sqlite, atomic_requests, create_user_work, between_statements,
                       connections, pool_size, pool_wait, address, port, joins, allow_remote,
                       threads, idle_timeout, header_timeout, body_timeout, drain_timeout))

} // namespace firstlock::web

#pragma once

#include "helpers/writer/protocol.hpp"

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <string>

namespace firstlock::web {

/// How the threads of a worker process come by their connections: one opened for each request
/// (system A), one kept by each thread (Django, gunicorn), or a pool that may be smaller than the
/// threads (ecto, SQLAlchemy).
enum class ConnectionPolicy { per_request, per_thread, pool };

/// What the server is started with. Defaults are those of its command line.
struct ServerSettings {
    std::filesystem::path database;
    WriterSettings sqlite; ///< of each connection; its `connect` is not used
    bool atomic_requests =
        false; ///< each request that writes is one transaction, as Django's ATOMIC_REQUESTS
    std::chrono::milliseconds create_user_work{500}; ///< processor time of hashing a password
    std::chrono::milliseconds between_statements{
        0}; ///< work between read and write of the E endpoints

    ConnectionPolicy connections = ConnectionPolicy::per_thread;
    std::size_t pool_size = 5;
    std::chrono::milliseconds pool_wait{2000}; ///< then a 503

    std::string address = "127.0.0.1";
    unsigned short port = 0;   ///< 0: the system chooses
    bool allow_remote = false; ///< without it only loopback addresses are bound
    std::size_t processes = 1;
    std::size_t threads = 4; ///< of each process

    std::chrono::milliseconds idle_timeout{60'000};  ///< until the first byte of a next request
    std::chrono::milliseconds header_timeout{5'000}; ///< from that byte to the end of the header
    std::chrono::milliseconds body_timeout{5'000};   ///< from there to the end of the body
    std::chrono::milliseconds drain_timeout{30'000}; ///< from SIGTERM until what is left is cut off
    bool stop_at_end_of_stdin = false;               ///< for parents that may die without a word
};

} // namespace firstlock::web

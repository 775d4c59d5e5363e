#pragma once

#include "helpers/web/api.hpp"
#include "helpers/web/server_settings.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/thread_pool.hpp>

#include <functional>
#include <unordered_set>

namespace firstlock::web {

class HttpSession;

/// What the sessions of one server share. Touched by its HTTP thread only, but for
/// `threads` and `run`.
struct SessionHub {
    const ServerSettings& settings;
    boost::asio::thread_pool& threads;
    std::function<RequestResult(const Request&)> run; ///< called on one of `threads`
    std::unordered_set<HttpSession*> sessions{};
    std::uint64_t requests = 0;
    bool draining = false;

    /// From now on each session ends with the request that it is busy with; those that are idle end
    /// at once.
    void drain();
};

/// Serves one connection until its peer leaves, a limit is passed, or the hub drains.
void start_session(boost::asio::ip::tcp::socket socket, SessionHub& hub);

} // namespace firstlock::web

#pragma once

#include "helpers/web/api.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string>

namespace firstlock::web {

/// What came back for one request; `status` 0 when the connection ended first.
struct Reply {
    unsigned status = 0;
    std::string body; ///< only where the status is not 200
    bool may_be_kept = false;
};

/// One keep-alive connection of the load client, with at most one request in flight.
class LoadChannel {
  public:
    virtual ~LoadChannel() = default;
    virtual void connect(const boost::asio::ip::tcp::endpoint& server,
                         std::function<void(const boost::system::error_code&)> done) = 0;
    virtual void send(const std::string& target, std::function<void(const Reply&)> done) = 0;
    /// Ends the connection; a request in flight is reported as unanswered.
    virtual void close() = 0;
};

std::unique_ptr<LoadChannel> make_load_channel(boost::asio::io_context& context);

} // namespace firstlock::web

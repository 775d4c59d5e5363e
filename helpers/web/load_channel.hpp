#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>

namespace firstlock::web {

namespace beast = boost::beast;
namespace http = beast::http;

/// What came back for one request; `status` 0 when the connection ended first.
struct Reply {
    unsigned status = 0;
    std::string body{}; ///< only where the status is not 200
    bool may_be_kept = false;
};

/// One keep-alive connection of the load client, with at most one request in flight.
class LoadChannel {
  public:
    explicit LoadChannel(boost::asio::io_context& context) : stream_(context)
    {
        request_ = {http::verb::get, "/", 11};
        request_.set(http::field::host, "127.0.0.1");
    }

    template <typename Done>
    void connect(const boost::asio::ip::tcp::endpoint& server, Done done)
    {
        buffer_.clear();
        stream_.async_connect(server, [this, done](auto error) {
            if (!error) {
                beast::error_code ignored;
                stream_.socket().set_option(boost::asio::ip::tcp::no_delay(true), ignored);
            }
            done(error);
        });
    }

    void send(const std::string& target, std::function<void(const Reply&)> done)
    {
        done_ = std::move(done);
        request_.target(target);
        http::async_write(stream_, request_, [this](auto error, std::size_t) {
            if (error) {
                finish({});
            } else {
                read();
            }
        });
    }

    /// Ends the connection; a request in flight is reported as unanswered.
    void close()
    {
        beast::error_code ignored;
        stream_.socket().close(ignored);
    }

  private:
    void read()
    {
        parser_.emplace();
        parser_->body_limit(body_max);
        http::async_read(stream_, buffer_, *parser_, [this](auto error, std::size_t) {
            if (error) {
                finish({});
                return;
            }
            auto& response = parser_->get();
            Reply reply{response.result_int(), {}, response.keep_alive()};
            if (reply.status != 200) {
                reply.body = std::move(response.body());
            }
            finish(reply);
        });
    }

    void finish(const Reply& reply)
    {
        if (!reply.may_be_kept) {
            close();
        }
        std::exchange(done_, nullptr)(reply);
    }

    static constexpr std::uint64_t body_max = 1'048'576;

    beast::tcp_stream stream_;
    beast::flat_buffer buffer_;
    http::request<http::empty_body> request_;
    std::optional<http::response_parser<http::string_body>> parser_;
    std::function<void(const Reply&)> done_;
};

} // namespace firstlock::web

#include "helpers/web/load_channel.hpp"

#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>

#include <optional>
#include <utility>

namespace firstlock::web {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;

constexpr std::uint64_t body_max = 1'048'576;

class BeastChannel final : public LoadChannel {
  public:
    explicit BeastChannel(asio::io_context& context) : stream_(context)
    {
        request_ = {http::verb::get, "/", 11};
        request_.set(http::field::host, "127.0.0.1");
    }

    void connect(const asio::ip::tcp::endpoint& server,
                 std::function<void(const boost::system::error_code&)> done) override
    {
        buffer_.clear();
        stream_.async_connect(server, [this, done = std::move(done)](auto error) {
            if (!error) {
                beast::error_code ignored;
                stream_.socket().set_option(asio::ip::tcp::no_delay(true), ignored);
            }
            done(error);
        });
    }

    void send(const std::string& target, std::function<void(const Reply&)> done) override
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

    void close() override
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

    beast::tcp_stream stream_;
    beast::flat_buffer buffer_;
    http::request<http::empty_body> request_;
    std::optional<http::response_parser<http::string_body>> parser_;
    std::function<void(const Reply&)> done_;
};

} // namespace

std::unique_ptr<LoadChannel> make_load_channel(asio::io_context& context)
{
    return std::make_unique<BeastChannel>(context);
}

} // namespace firstlock::web

#include "helpers/web/http_session.hpp"

#include <boost/asio/post.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>

#include <array>
#include <optional>
#include <utility>

namespace firstlock::web {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using namespace std::chrono_literals;

constexpr std::uint32_t header_max = 8 * 1024;
constexpr std::uint64_t body_max = 65'536;
// Read and thrown away after a refusal, so that it arrives.
constexpr std::size_t discard_max = 1'048'576;

http::status status_for(const beast::error_code& error)
{
    if (error == http::error::header_limit) {
        return http::status::request_header_fields_too_large;
    }
    if (error == http::error::body_limit) {
        return http::status::payload_too_large;
    }
    return http::status::bad_request;
}

bool is_from_parser(const beast::error_code& error)
{
    return error.category() == make_error_code(http::error::bad_value).category() &&
           error != http::error::end_of_stream && error != http::error::partial_message;
}

} // namespace

class HttpSession : public std::enable_shared_from_this<HttpSession> {
  public:
    HttpSession(asio::ip::tcp::socket socket, SessionHub& hub)
        : stream_(std::move(socket)), hub_(hub)
    {
        hub_.sessions.insert(this);
        beast::error_code ignored;
        stream_.socket().set_option(asio::ip::tcp::no_delay(true), ignored);
    }
    ~HttpSession() { hub_.sessions.erase(this); }
    HttpSession(const HttpSession&) = delete;
    HttpSession& operator=(const HttpSession&) = delete;

    void next()
    {
        beast::error_code ignored;
        if (hub_.draining && buffer_.size() == 0 && stream_.socket().available(ignored) == 0) {
            return;
        }
        parser_.emplace();
        parser_->header_limit(header_max);
        parser_->body_limit(body_max);
        if (buffer_.size() > 0) {
            read_header(); // the peer has sent ahead
            return;
        }
        idle_ = true;
        stream_.expires_after(hub_.settings.idle_timeout);
        stream_.async_read_some(buffer_.prepare(header_max),
                                [self = shared_from_this()](auto error, std::size_t bytes) {
                                    self->idle_ = false;
                                    if (!error) {
                                        self->buffer_.commit(bytes);
                                        self->read_header();
                                    }
                                });
    }

    void end_if_idle()
    {
        beast::error_code ignored;
        if (idle_ && stream_.socket().available(ignored) == 0) {
            stream_.cancel(); // what has arrived already is a request in flight
        }
    }

  private:
    void read_header()
    {
        stream_.expires_after(hub_.settings.header_timeout);
        http::async_read_header(stream_, buffer_, *parser_,
                                [self = shared_from_this()](auto error, std::size_t) {
                                    if (error) {
                                        self->end_reading(error);
                                    } else {
                                        self->read_body();
                                    }
                                });
    }

    void read_body()
    {
        if (parser_->is_done()) {
            handle();
            return;
        }
        stream_.expires_after(hub_.settings.body_timeout);
        http::async_read(stream_, buffer_, *parser_,
                         [self = shared_from_this()](auto error, std::size_t) {
                             if (error) {
                                 self->end_reading(error);
                             } else {
                                 self->handle();
                             }
                         });
    }

    /// A malformed or oversized request is answered; a peer that has left or is too slow is not.
    void end_reading(const beast::error_code& error)
    {
        if (is_from_parser(error)) {
            refuse(status_for(error), error.message(), false);
        }
    }

    void handle()
    {
        const auto& request = parser_->get();
        if (request.method() != http::verb::get && request.method() != http::verb::post) {
            refuse(http::status::method_not_allowed, "accepted: GET, POST", request.keep_alive());
            return;
        }
        const ParsedTarget target =
            parse_target({request.target().data(), request.target().size()});
        if (!target.request) {
            refuse(static_cast<http::status>(target.bad.status), target.bad.text,
                   request.keep_alive());
            return;
        }
        if (target.request->endpoint == Endpoint::ping) {
            respond(http::status::ok, body_of({}), request.keep_alive());
            return;
        }
        asio::post(hub_.threads, [self = shared_from_this(), wanted = *target.request]() mutable {
            RequestResult result = self->hub_.run(wanted);
            // The executor is the HTTP thread's: everything else of the session happens there, also
            // its end.
            const auto executor = self->stream_.get_executor();
            asio::post(executor, [self = std::move(self), result = std::move(result)] {
                self->respond(static_cast<http::status>(status_of(result)), body_of(result),
                              self->parser_->get().keep_alive());
            });
        });
    }

    void refuse(http::status status, const std::string& why, bool keep_alive)
    {
        respond(status, body_of({Result::refused, 0, "", why}), keep_alive);
    }

    void respond(http::status status, std::string body, bool keep_alive)
    {
        ++hub_.requests;
        // In its own version, since a 1.0 peer keeps a connection only when told so (ab -k waits
        // for ever).
        response_ = {status, parser_->get().version() == 10 ? 10U : 11U};
        response_.set(http::field::content_type, "application/json");
        if (status == http::status::method_not_allowed) {
            response_.set(http::field::allow, "GET, POST");
        }
        response_.keep_alive(keep_alive && !hub_.draining);
        response_.body() = std::move(body);
        response_.prepare_payload();
        stream_.expires_after(hub_.settings.body_timeout);
        http::async_write(stream_, response_, [self = shared_from_this()](auto error, std::size_t) {
            if (error) {
                return;
            }
            if (self->response_.keep_alive()) {
                self->next();
            } else {
                self->leave();
            }
        });
    }

    /// Closing with unread bytes would reset the connection, and the peer might never see the
    /// answer.
    void leave()
    {
        beast::error_code ignored;
        stream_.socket().shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
        stream_.expires_after(1s);
        discard();
    }

    void discard()
    {
        stream_.async_read_some(asio::buffer(discarded_),
                                [self = shared_from_this()](auto error, std::size_t bytes) {
                                    self->discarded_bytes_ += bytes;
                                    if (!error && self->discarded_bytes_ < discard_max) {
                                        self->discard();
                                    }
                                });
    }

    beast::tcp_stream stream_;
    SessionHub& hub_;
    beast::flat_buffer buffer_{header_max + body_max};
    std::optional<http::request_parser<http::string_body>> parser_;
    http::response<http::string_body> response_;
    std::array<char, 4096> discarded_{};
    std::size_t discarded_bytes_ = 0;
    bool idle_ = false;
};

void SessionHub::drain()
{
    draining = true;
    for (HttpSession* const session : sessions) {
        session->end_if_idle();
    }
}

void start_session(asio::ip::tcp::socket socket, SessionHub& hub)
{
    std::make_shared<HttpSession>(std::move(socket), hub)->next();
}

} // namespace firstlock::web

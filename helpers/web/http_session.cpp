#include "helpers/web/http_session.hpp"

#include "helpers/web/coroutine.hpp"

#include <boost/asio/executor_work_guard.hpp>
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

class HttpSession {
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

    asio::awaitable<void> serve()
    {
        for (bool keep = true; keep;) {
            const bool more = co_await has_next();
            if (!more) {
                co_return;
            }
            co_await read_request();
            if (error_ && !is_from_parser(error_)) {
                co_return; // a peer that has left or is too slow is not answered
            }
            const http::response<http::string_body> response = co_await answer();
            ++hub_.requests;
            keep = response.keep_alive();
            stream_.expires_after(hub_.settings.body_timeout);
            co_await http::async_write(stream_, response, into(error_));
            if (error_) {
                co_return;
            }
        }
        co_await leave();
    }

    void end_if_idle()
    {
        if (idle_ && !has_sent()) {
            stream_.cancel(); // what has arrived already is a request in flight
        }
    }

  private:
    bool has_sent()
    {
        beast::error_code ignored;
        return buffer_.size() > 0 || stream_.socket().available(ignored) > 0;
    }

    /// Waits until the peer sends something, unless it has sent ahead.
    asio::awaitable<bool> has_next()
    {
        if (hub_.draining && !has_sent()) {
            co_return false;
        }
        if (buffer_.size() == 0) {
            idle_ = true;
            stream_.expires_after(hub_.settings.idle_timeout);
            buffer_.commit(
                co_await stream_.async_read_some(buffer_.prepare(header_max), into(error_)));
            idle_ = false;
        }
        co_return buffer_.size() > 0;
    }

    asio::awaitable<void> read_request()
    {
        parser_.emplace();
        parser_->header_limit(header_max);
        parser_->body_limit(body_max);
        stream_.expires_after(hub_.settings.header_timeout);
        co_await http::async_read_header(stream_, buffer_, *parser_, into(error_));
        if (!error_ && !parser_->is_done()) {
            stream_.expires_after(hub_.settings.body_timeout);
            co_await http::async_read(stream_, buffer_, *parser_, into(error_));
        }
    }

    asio::awaitable<http::response<http::string_body>> answer()
    {
        const auto& request = parser_->get();
        if (error_) {
            co_return refusal(status_for(error_), error_.message(), false);
        }
        if (request.method() != http::verb::get && request.method() != http::verb::post) {
            auto response = refusal(http::status::method_not_allowed, "accepted: GET, POST");
            response.set(http::field::allow, "GET, POST");
            co_return response;
        }
        const auto target = parse_target({request.target().data(), request.target().size()});
        if (const auto* const bad = std::get_if<BadTarget>(&target)) {
            co_return refusal(static_cast<http::status>(bad->status), bad->text);
        }
        const auto& asked = std::get<Request>(target);
        RequestResult result;
        if (asked.endpoint != Endpoint::ping) {
            // What follows it is on the HTTP thread again, as all else of the session.
            result = co_await run(asked);
        }
        co_return response_of(static_cast<http::status>(status_of(result)), result);
    }

    /// On one of the threads that run requests. Not by co_spawn, which would put the finished one
    /// behind all that wait for a thread.
    asio::awaitable<RequestResult> run(const Request& request)
    {
        return asio::async_initiate<const asio::use_awaitable_t<>, void(RequestResult)>(
            [this](auto session, const Request& asked) {
                const auto home = asio::get_associated_executor(session);
                asio::post(hub_.threads, [this, asked, session = std::move(session),
                                          work = asio::make_work_guard(home)]() mutable {
                    asio::post(work.get_executor(),
                               [session = std::move(session), done = hub_.run(asked)]() mutable {
                                   std::move(session)(std::move(done));
                               });
                });
            },
            asio::use_awaitable, request);
    }

    http::response<http::string_body> refusal(http::status status, const std::string& why,
                                              bool may_be_kept = true)
    {
        return response_of(status, {Result::refused, 0, "", why}, may_be_kept);
    }

    http::response<http::string_body> response_of(http::status status, const RequestResult& result,
                                                  bool may_be_kept = true)
    {
        // In its own version, since a 1.0 peer keeps a connection only when told so (ab -k waits
        // for ever).
        const auto& request = parser_->get();
        http::response<http::string_body> response(status, request.version() == 10 ? 10U : 11U);
        response.set(http::field::content_type, "application/json");
        response.keep_alive(may_be_kept && request.keep_alive() && !hub_.draining);
        response.body() = body_of(result);
        response.prepare_payload();
        return response;
    }

    /// Closing with unread bytes would reset the connection, and the peer might never see the
    /// answer.
    asio::awaitable<void> leave()
    {
        stream_.socket().shutdown(asio::ip::tcp::socket::shutdown_send, error_);
        stream_.expires_after(1s);
        std::array<char, 4096> discarded{};
        std::size_t bytes = 0;
        do {
            bytes += co_await stream_.async_read_some(asio::buffer(discarded), into(error_));
        } while (!error_ && bytes < discard_max);
    }

    beast::tcp_stream stream_;
    SessionHub& hub_;
    beast::flat_buffer buffer_{header_max + body_max};
    std::optional<http::request_parser<http::string_body>> parser_;
    beast::error_code error_;
    bool idle_ = false;
};

namespace {

asio::awaitable<void> serve(asio::ip::tcp::socket socket, SessionHub& hub)
{
    HttpSession session(std::move(socket), hub);
    co_await session.serve();
}

} // namespace

void SessionHub::drain()
{
    draining = true;
    for (HttpSession* const session : sessions) {
        session->end_if_idle();
    }
}

void start_session(asio::ip::tcp::socket socket, SessionHub& hub)
{
    const auto executor = socket.get_executor();
    asio::co_spawn(executor, serve(std::move(socket), hub), rethrow);
}

} // namespace firstlock::web

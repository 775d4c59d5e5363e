#include "helpers/web/server.hpp"

#include "helpers/sqlite/error.hpp"
#include "helpers/web/connections.hpp"
#include "helpers/web/coroutine.hpp"
#include "helpers/web/http_session.hpp"
#include "helpers/web/requests.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <csignal>
#include <random>

namespace firstlock::web {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using ReusePort = asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;

constexpr int backlog = 4096;
constexpr std::array<int, 3> ending_signals{SIGTERM, SIGINT, SIGHUP};

class Server {
  public:
    explicit Server(const ServerSettings& settings)
        : settings_(settings), connections_(settings), sender_(std::random_device{}())
    {
        for (const int signal : ending_signals) {
            signals_.add(signal);
        }
        listen();
    }

    unsigned short port() const { return acceptor_.local_endpoint().port(); }

    ServerReport run()
    {
        asio::co_spawn(context_, accept(), rethrow);
        asio::co_spawn(context_, drain_when_told(), rethrow);
        context_.run();
        threads_.join();
        // A second signal, as of a parent and its process group, must not kill what has drained.
        sigset_t late;
        sigemptyset(&late);
        for (const int signal : ending_signals) {
            sigaddset(&late, signal);
        }
        ::pthread_sigmask(SIG_BLOCK, &late, nullptr);
        report_.requests = hub_.requests;
        return report_;
    }

  private:
    /// On one of the threads that run requests.
    RequestResult run_on_a_connection(Request request)
    {
        if (!request.id) {
            request.id = RequestId{sender_, sequence_++};
        }
        RequestResult result{Result::exhausted, 0, "pool", "no connection became free in time"};
        try {
            connections_.lend([&](Connection& connection) {
                result = run_request(request, connection, settings_);
            });
            return result;
        } catch (const SqliteError& error) {
            return refused(error.code(), "open", error.what());
        }
    }

    /// The first process of a site binds its port for itself, and only then lets others join: so
    /// the port of another site is in use, as it should be, and nobody joins that one unasked.
    void listen()
    {
        const asio::ip::tcp::endpoint endpoint(asio::ip::make_address(settings_.address),
                                               settings_.port);
        acceptor_.open(endpoint.protocol());
        acceptor_.set_option(asio::socket_base::reuse_address(true));
        acceptor_.set_option(ReusePort(settings_.joins));
        acceptor_.bind(endpoint);
        acceptor_.set_option(ReusePort(true));
        acceptor_.listen(backlog);
    }

    asio::awaitable<void> accept()
    {
        asio::steady_timer pause(context_);
        while (acceptor_.is_open()) {
            boost::system::error_code error;
            asio::ip::tcp::socket socket = co_await acceptor_.async_accept(into(error));
            if (error) { // out of descriptors, most likely: others will be closed
                pause.expires_after(20ms);
                co_await pause.async_wait(into(error));
            } else if (acceptor_.is_open()) {
                start(std::move(socket));
            } // else draining: one accepted in this very moment is closed, its request unanswered
        }
    }

    void start(asio::ip::tcp::socket socket)
    {
        ++report_.connections;
        start_session(std::move(socket), hub_);
    }

    /// A parent that dies without a word closes our stdin.
    asio::awaitable<void> end_of_stdin()
    {
        std::array<char, 256> ignored{};
        boost::system::error_code error;
        while (!error) {
            co_await stdin_.async_read_some(asio::buffer(ignored), into(error));
        }
    }

    /// run() returns by itself when the last session and this have ended.
    asio::awaitable<void> drain_when_told()
    {
        using namespace asio::experimental::awaitable_operators;
        co_await (signals_.async_wait(asio::use_awaitable) || end_of_stdin());
        take_in_who_waits();
        hub_.drain();
        const auto drain_end = std::chrono::steady_clock::now() + settings_.drain_timeout;
        asio::steady_timer pause(context_);
        while (!hub_.sessions.empty()) {
            if (std::chrono::steady_clock::now() >= drain_end) {
                report_.drained = false;
                threads_.stop();
                context_.stop();
                co_return;
            }
            pause.expires_after(10ms);
            co_await pause.async_wait(asio::use_awaitable);
        }
    }

    /// Peers that the system has already connected to us may have sent their request: closing would
    /// reset them, whether or not another process still listens on the port.
    void take_in_who_waits()
    {
        boost::system::error_code error;
        acceptor_.cancel(error);
        acceptor_.non_blocking(true, error);
        for (int taken = 0; taken < backlog; ++taken) { // or new ones could keep it open for ever
            asio::ip::tcp::socket socket(context_);
            if (acceptor_.accept(socket, error)) {
                break;
            }
            start(std::move(socket));
        }
        acceptor_.close(error);
    }

    const ServerSettings& settings_;
    Connections connections_;
    const std::uint32_t sender_; ///< for requests that name no rows of their own
    std::atomic<std::uint32_t> sequence_ = 0;
    // Before the context, whose destructor ends the sessions that a drain timeout has cut off.
    SessionHub hub_{settings_, threads_,
                    [this](const Request& request) { return run_on_a_connection(request); }};
    asio::io_context context_{1};
    asio::ip::tcp::acceptor acceptor_{context_};
    asio::signal_set signals_{context_};
    asio::posix::stream_descriptor stdin_{context_, ::dup(STDIN_FILENO)};
    asio::thread_pool threads_{settings_.threads};
    ServerReport report_;
};

} // namespace

ServerReport serve(const ServerSettings& settings,
                   const std::function<void(unsigned short port)>& ready)
{
    Server server(settings);
    ready(server.port());
    return server.run();
}

} // namespace firstlock::web

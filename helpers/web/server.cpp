#include "helpers/web/server.hpp"

#include "helpers/sqlite/error.hpp"
#include "helpers/web/connections.hpp"
#include "helpers/web/http_session.hpp"
#include "helpers/web/requests.hpp"

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
        signals_.async_wait([this](auto error, int) { drain_unless(error.failed()); });
        read_stdin();
        accept();
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
        try {
            auto connection = connections_.take();
            if (connection == nullptr) {
                return {Result::exhausted, 0, "pool", "no connection became free in time"};
            }
            RequestResult result = run_request(request, *connection, settings_);
            connections_.give_back(std::move(connection));
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

    void accept()
    {
        acceptor_.async_accept([this](auto error, asio::ip::tcp::socket socket) {
            if (!acceptor_.is_open()) {
                return; // draining; a connection accepted in this very moment is closed, its
                        // request unanswered
            }
            if (!error) {
                start(std::move(socket));
                accept();
            } else {
                accept_later(); // out of descriptors, most likely: others will be closed
            }
        });
    }

    void accept_later()
    {
        pause_.expires_after(20ms);
        pause_.async_wait([this](auto error) {
            if (!error && acceptor_.is_open()) {
                accept();
            }
        });
    }

    void start(asio::ip::tcp::socket socket)
    {
        ++report_.connections;
        start_session(std::move(socket), hub_);
    }

    /// A parent that dies without a word closes our stdin.
    void read_stdin()
    {
        stdin_.async_read_some(asio::buffer(ignored_), [this](auto error, std::size_t) {
            if (error) {
                drain_unless(error == asio::error::operation_aborted);
            } else {
                read_stdin();
            }
        });
    }

    void drain_unless(bool has_been_cancelled)
    {
        if (has_been_cancelled || hub_.draining) {
            return;
        }
        take_in_who_waits();
        pause_.cancel();
        signals_.cancel();
        stdin_.cancel();
        hub_.drain();
        drain_end_ = std::chrono::steady_clock::now() + settings_.drain_timeout;
        watch_for_end();
    }

    /// Peers that the system has already connected to us may have sent their request: closing would
    /// reset them, whether or not another process still listens on the port.
    void take_in_who_waits()
    {
        boost::system::error_code error;
        acceptor_.cancel(error);
        acceptor_.non_blocking(true, error);
        for (;;) {
            asio::ip::tcp::socket socket(context_);
            if (acceptor_.accept(socket, error)) {
                break;
            }
            start(std::move(socket));
        }
        acceptor_.close(error);
    }

    /// run() returns by itself when the last session and this watch have ended.
    void watch_for_end()
    {
        if (hub_.sessions.empty()) {
            return;
        }
        if (std::chrono::steady_clock::now() >= drain_end_) {
            report_.drained = false;
            threads_.stop();
            context_.stop();
            return;
        }
        pause_.expires_after(10ms);
        pause_.async_wait([this](auto) { watch_for_end(); });
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
    asio::steady_timer pause_{context_};
    asio::thread_pool threads_{settings_.threads};
    std::array<char, 256> ignored_{};
    std::chrono::steady_clock::time_point drain_end_{};
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

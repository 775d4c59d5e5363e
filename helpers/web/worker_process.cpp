#include "helpers/web/worker_process.hpp"

#include "helpers/sqlite/error.hpp"
#include "helpers/web/connections.hpp"
#include "helpers/web/http_session.hpp"
#include "helpers/web/requests.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include <unistd.h>

#include <atomic>
#include <csignal>
#include <random>

namespace firstlock::web {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

/// Runs requests on whichever thread calls it.
class Application {
  public:
    explicit Application(const ServerSettings& settings)
        : settings_(settings), connections_(settings), sender_(std::random_device{}())
    {
    }

    Answer run(Request request)
    {
        if (!request.id) {
            request.id = RequestId{sender_, sequence_++};
        }
        try {
            auto connection = connections_.take();
            if (connection == nullptr) {
                return {Answer::Kind::exhausted, 0, "pool", "no connection became free in time"};
            }
            Answer answer = run_request(request, *connection, settings_);
            connections_.give_back(std::move(connection));
            return answer;
        } catch (const SqliteError& error) {
            return refused(error.code(), "open", error.what());
        }
    }

  private:
    const ServerSettings& settings_;
    Connections connections_;
    const std::uint32_t sender_; ///< for requests that name no rows of their own
    std::atomic<std::uint32_t> sequence_ = 0;
};

class Worker {
  public:
    Worker(int listener, int ready, const ServerSettings& settings)
        : settings_(settings), acceptor_(context_), ready_(ready)
    {
        sockaddr_storage address{};
        socklen_t length = sizeof(address);
        ::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &length);
        acceptor_.assign(address.ss_family == AF_INET6 ? asio::ip::tcp::v6() : asio::ip::tcp::v4(),
                         listener);
    }

    WorkerTotals run()
    {
        signals_.async_wait([this](auto error, int) {
            if (!error) {
                drain();
            }
        });
        accept();
        const char byte = 'r';
        if (::write(ready_, &byte, 1) != 1 || ::close(ready_) != 0) {
            context_.stop(); // the parent is gone
        }
        context_.run();
        threads_.join();
        // A second SIGTERM, as of a parent and its process group, must not kill what has drained.
        sigset_t terminate;
        sigemptyset(&terminate);
        sigaddset(&terminate, SIGTERM);
        ::pthread_sigmask(SIG_BLOCK, &terminate, nullptr);
        totals_.requests = hub_.requests;
        return totals_;
    }

  private:
    void accept()
    {
        acceptor_.async_accept([this](auto error, asio::ip::tcp::socket socket) {
            if (!acceptor_.is_open()) {
                return; // draining; a connection accepted in this very moment is closed, its
                        // request unanswered
            }
            if (!error) {
                ++totals_.connections;
                start_session(std::move(socket), hub_);
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

    void drain()
    {
        take_in_who_waits();
        pause_.cancel();
        hub_.drain();
        drain_end_ = std::chrono::steady_clock::now() + settings_.drain_timeout;
        watch_for_end();
    }

    /// Peers that the system has already connected to us may have sent their request: closing would
    /// reset them.
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
            ++totals_.connections;
            start_session(std::move(socket), hub_);
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
            totals_.drained = false;
            threads_.stop();
            context_.stop();
            return;
        }
        pause_.expires_after(10ms);
        pause_.async_wait([this](auto) { watch_for_end(); });
    }

    const ServerSettings& settings_;
    Application application_{settings_};
    // Before the context, whose destructor ends the sessions that a drain timeout has cut off.
    SessionHub hub_{settings_, threads_,
                    [this](const Request& request) { return application_.run(request); }};
    asio::io_context context_{1};
    asio::ip::tcp::acceptor acceptor_;
    asio::signal_set signals_{context_, SIGTERM};
    asio::steady_timer pause_{context_};
    int ready_;
    asio::thread_pool threads_{settings_.threads};
    std::chrono::steady_clock::time_point drain_end_{};
    WorkerTotals totals_;
};

} // namespace

WorkerTotals run_worker(int listener, int ready, const ServerSettings& settings)
{
    return Worker(listener, ready, settings).run();
}

} // namespace firstlock::web

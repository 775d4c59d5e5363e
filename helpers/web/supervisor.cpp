#include "helpers/web/supervisor.hpp"

#include "helpers/process/deadline.hpp"
#include "helpers/web/worker_process.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include <poll.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>

namespace firstlock::web {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

constexpr int backlog = 4096;
constexpr int not_drained =
    3; // the exit status of a worker, and of all, that cut requests off at the drain timeout
constexpr auto ready_most = 30s;

struct Listener {
    int descriptor;
    unsigned short port;
};

/// A bound socket that no event loop knows, since it is to be shared over a fork.
Listener listen_on(const ServerSettings& settings)
{
    const auto address = asio::ip::make_address(settings.address);
    if (!address.is_loopback() && !settings.allow_remote) {
        throw std::runtime_error(
            "--address is '" + settings.address +
            "', which others can reach; accepted: a loopback address such as 127.0.0.1, "
            "or any address together with --allow-remote");
    }
    asio::io_context context;
    asio::ip::tcp::acceptor acceptor(context);
    const asio::ip::tcp::endpoint endpoint(address, settings.port);
    acceptor.open(endpoint.protocol());
    acceptor.set_option(asio::socket_base::reuse_address(true));
    acceptor.bind(endpoint);
    acceptor.listen(backlog);
    const unsigned short port = acceptor.local_endpoint().port();
    return {acceptor.release(), port};
}

constexpr std::array<int, 4> signals_of_interest{SIGTERM, SIGINT, SIGHUP, SIGCHLD};

/// Blocked from before the fork until somebody listens, so that none is missed.
void mask_signals(int how)
{
    sigset_t set;
    sigemptyset(&set);
    for (const int signal : signals_of_interest) {
        sigaddset(&set, signal);
    }
    ::sigprocmask(how, &set, nullptr);
}

/// Never returns: the life of one worker process.
[[noreturn]] void live_as_worker(int listener, int ready, const ServerSettings& settings,
                                 pid_t parent)
{
    int status = 0;
#ifdef __linux__
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (::getppid() != parent) {
        ::_exit(1);
    }
#endif
    // A terminal sends these to all of us; the parent passes them on as SIGTERM.
    ::signal(SIGINT, SIG_IGN);
    ::signal(SIGHUP, SIG_IGN);
    mask_signals(SIG_UNBLOCK);
    try {
        const WorkerTotals totals = run_worker(listener, ready, settings);
        std::printf("worker %d connections %llu requests %llu\n", static_cast<int>(::getpid()),
                    static_cast<unsigned long long>(totals.connections),
                    static_cast<unsigned long long>(totals.requests));
        status = totals.drained ? 0 : not_drained;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "firstlock-web: worker %d: %s\n", static_cast<int>(::getpid()),
                     error.what());
        status = 1;
    }
    std::exit(status); // with destructors, so that sanitizers can speak
}

} // namespace

Supervisor::~Supervisor()
{
    for (const pid_t pid : workers_) {
        ::kill(pid, SIGKILL);
        ::waitpid(pid, nullptr, 0);
    }
}

void Supervisor::start_workers(int listener)
{
    std::array<int, 2> ready{};
    if (::pipe(ready.data()) != 0) {
        throw std::system_error(errno, std::generic_category(), "pipe");
    }
    const pid_t parent = ::getpid();
    for (std::size_t index = 0; index < settings_.processes; ++index) {
        const pid_t pid = ::fork();
        if (pid < 0) {
            throw std::system_error(errno, std::generic_category(), "fork a worker process");
        }
        if (pid == 0) {
            ::close(ready[0]);
            workers_.clear();
            live_as_worker(listener, ready[1], settings_, parent);
        }
        workers_.push_back(pid);
    }
    ::close(listener);
    ::close(ready[1]);
    await_ready(ready[0]);
    ::close(ready[0]);
}

void Supervisor::await_ready(int ready) const
{
    const Deadline deadline(ready_most);
    for (std::size_t count = 0; count < settings_.processes;) {
        pollfd entry{ready, POLLIN, 0};
        std::array<char, 64> bytes{};
        const int polled = ::poll(&entry, 1, static_cast<int>(deadline.left().count()));
        const ssize_t got = polled > 0 ? ::read(ready, bytes.data(), bytes.size()) : 0;
        if (got <= 0) {
            throw std::runtime_error("only " + std::to_string(count) + " of " +
                                     std::to_string(settings_.processes) +
                                     " worker processes got ready");
        }
        count += static_cast<std::size_t>(got);
    }
}

int Supervisor::run()
{
    mask_signals(SIG_BLOCK);
    const Listener listener = listen_on(settings_);
    start_workers(listener.descriptor);
    std::printf("ready %u\n", static_cast<unsigned>(listener.port));
    std::fflush(stdout);
    return wait_for_end();
}

/// Waits in its own event loop, which is made after the fork and so belongs to the parent alone.
class Supervisor::Watch {
  public:
    explicit Watch(Supervisor& supervisor) : supervisor_(supervisor)
    {
        for (const int signal : signals_of_interest) {
            signals_.add(signal);
        }
        signals_.async_wait([this](auto error, int signal) { on_signal(error, signal); });
        if (supervisor_.settings_.stop_at_end_of_stdin) {
            stdin_.assign(STDIN_FILENO);
            read();
        }
        reap(); // one may have ended before the signal could be seen
    }

    int run()
    {
        context_.run();
        if (!supervisor_.workers_.empty()) {
            std::fprintf(stderr, "firstlock-web: %zu workers did not drain in time\n",
                         supervisor_.workers_.size());
            note_not_drained(); // the supervisor's destructor ends them
        }
        return status_;
    }

  private:
    void on_signal(const boost::system::error_code& error, int signal)
    {
        if (error) {
            return;
        }
        if (signal == SIGCHLD) {
            reap();
        } else {
            stop();
        }
        signals_.async_wait([this](auto next, int number) { on_signal(next, number); });
    }

    void read()
    {
        stdin_.async_read_some(asio::buffer(ignored_), [this](auto error, std::size_t) {
            if (error) {
                stop();
            } else {
                read();
            }
        });
    }

    void reap()
    {
        const std::size_t before = supervisor_.workers_.size();
        std::erase_if(supervisor_.workers_, [this](pid_t pid) { return has_ended(pid); });
        if (supervisor_.workers_.empty()) {
            context_.stop();
        } else if (supervisor_.workers_.size() < before) {
            stop(); // one that ends by itself takes the others with it
        }
    }

    bool has_ended(pid_t pid)
    {
        int raw = 0;
        if (::waitpid(pid, &raw, WNOHANG) != pid) {
            return false;
        }
        if (WIFEXITED(raw) && WEXITSTATUS(raw) == not_drained) {
            note_not_drained();
        } else if (raw != 0) {
            std::fprintf(stderr, "firstlock-web: worker %d failed: %s %d\n", static_cast<int>(pid),
                         WIFSIGNALED(raw) ? "signal" : "exit status",
                         WIFSIGNALED(raw) ? WTERMSIG(raw) : WEXITSTATUS(raw));
            status_ = 1;
        }
        return true;
    }

    /// A worker that failed is the worse news.
    void note_not_drained() { status_ = status_ == 0 ? not_drained : status_; }

    void stop()
    {
        if (std::exchange(stopping_, true)) {
            return;
        }
        for (const pid_t pid : supervisor_.workers_) {
            ::kill(pid, SIGTERM);
        }
        limit_.expires_after(supervisor_.settings_.drain_timeout + 5s);
        limit_.async_wait([this](auto error) {
            if (!error) {
                context_.stop();
            }
        });
    }

    Supervisor& supervisor_;
    asio::io_context context_{1};
    asio::signal_set signals_{context_};
    asio::posix::stream_descriptor stdin_{context_};
    asio::steady_timer limit_{context_};
    std::array<char, 256> ignored_{};
    bool stopping_ = false;
    int status_ = 0;
};

int Supervisor::wait_for_end()
{
    Watch watch(*this);
    mask_signals(SIG_UNBLOCK); // what has arrived since the start is seen now
    return watch.run();
}

} // namespace firstlock::web

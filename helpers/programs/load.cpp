#include "helpers/web/load.hpp"

#include "helpers/web/load_channel.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <deque>
#include <limits>
#include <optional>
#include <random>

namespace firstlock::web {
namespace {

namespace asio = boost::asio;
using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr auto reconnect_pause = 50ms;

/// One client: its connection, and the request that is in flight on it.
struct Client {
    Client(asio::io_context& context, std::size_t number)
        : index(number), channel(make_load_channel(context)), pause(context)
    {
    }
    std::size_t index;
    std::unique_ptr<LoadChannel> channel;
    asio::steady_timer pause;
    Endpoint endpoint = Endpoint::ping;
    std::uint32_t sequence = 0;
    Clock::time_point intended{};
    bool connected = false;
    bool busy = false;
};

class Load {
  public:
    explicit Load(const LoadSettings& settings)
        : settings_(settings), random_(settings.sender),
          server_(asio::ip::make_address(settings.address), settings.port)
    {
        figures_.outcomes.sender = settings.sender;
        for (std::size_t index = 0; index < settings_.clients; ++index) {
            clients_.push_back(std::make_unique<Client>(context_, index));
        }
    }

    LoadFigures run()
    {
        connect_all();
        if (connected_ == 0) {
            cut_off();
            return std::move(figures_); // a load of nobody
        }
        running_ = true;
        begin_ = Clock::now();
        stop_ = begin_ + settings_.duration;
        for (const auto& client : clients_) {
            send_next(*client);
        }
        if (settings_.rate > 0) {
            tick();
        }
        run_until(stop_, [] { return false; });
        running_ = false;
        has_stopped_ = true;
        const auto stopped = Clock::now();
        figures_.duration_s = std::chrono::duration<double>(stopped - begin_).count();
        count_unsent();
        run_until(stopped + settings_.drain, [this] { return in_flight_ == 0; });
        cut_off();
        return std::move(figures_);
    }

  private:
    template <typename Done>
    void run_until(Clock::time_point end, Done done)
    {
        context_.restart();
        while (!done() && Clock::now() < end && context_.run_one_until(end) > 0) {
        }
        if (context_.stopped() && !done()) { // nothing is left to do, but the time is not over
            asio::steady_timer timer(context_, end);
            timer.async_wait([](auto) {});
            context_.restart();
            while (!done() && context_.run_one_until(end) > 0) {
            }
        }
    }

    void connect_all()
    {
        for (const auto& client : clients_) {
            connect(*client);
        }
        run_until(Clock::now() + settings_.connect,
                  [this] { return connected_ == clients_.size(); });
        figures_.connected = connected_;
    }

    void connect(Client& client)
    {
        client.channel->connect(server_, [this, &client](const auto& error) {
            if (error) {
                figures_.connect_error = error.message();
                connect_later(client);
                return;
            }
            client.connected = true;
            ++connected_;
            send_next(client);
        });
    }

    void connect_later(Client& client)
    {
        if (has_stopped_) {
            return;
        }
        client.pause.expires_after(reconnect_pause);
        client.pause.async_wait([this, &client](auto error) {
            if (!error && !has_stopped_) {
                client.channel->close();
                connect(client);
            }
        });
    }

    /// Gives an idle client its next request, if there is one for it.
    void send_next(Client& client)
    {
        if (!running_ || !client.connected || client.busy) {
            return;
        }
        if (settings_.rate <= 0) {
            send(client, Clock::now());
        } else if (due_.empty()) {
            idle_.push_back(client.index);
        } else {
            const auto intended = due_.front();
            due_.pop_front();
            send(client, intended);
        }
    }

    void send(Client& client, Clock::time_point intended)
    {
        client.endpoint = draw_endpoint();
        client.intended = intended;
        client.sequence = next_sequence_++;
        client.busy = true;
        ++in_flight_;
        ++figures_.endpoints[client.endpoint].sent;
        client.channel->send(target_of(request_of(client)),
                             [this, &client](const Reply& reply) { take(client, reply); });
    }

    Request request_of(const Client& client) const
    {
        return {client.endpoint, RequestId{settings_.sender, client.sequence}, settings_.num};
    }

    Endpoint draw_endpoint()
    {
        if (settings_.endpoints.size() == 1) {
            return settings_.endpoints.front();
        }
        std::uniform_int_distribution<std::size_t> draw(0, settings_.endpoints.size() - 1);
        return settings_.endpoints[draw(random_)];
    }

    void take(Client& client, const Reply& reply)
    {
        client.busy = false;
        --in_flight_;
        EndpointFigures& figures = figures_.endpoints[client.endpoint];
        const std::optional<Answer> answer =
            reply.status == 200 ? Answer{} : answer_from(reply.body);
        note_outcome(client, reply, answer);
        if (reply.status == 0) {
            ++figures.unanswered;
        } else {
            const auto now = Clock::now();
            figures.latency.record(now - client.intended);
            ++figures.statuses[reply.status];
            if (reply.status != 200) {
                ++figures.refusals[{reply.status, answer ? answer->code : 0}];
            }
            if (running_) {
                ++figures.answered_before_stop;
                figures.failed_before_stop += reply.status == 200 ? 0 : 1;
            } else {
                ++figures_.answered_after_stop;
                figures_.last_answer_after_stop_ms =
                    std::chrono::duration<double, std::milli>(now - stop_).count();
            }
        }
        go_on(client, reply);
    }

    void go_on(Client& client, const Reply& reply)
    {
        if (!reply.may_be_kept) {
            client.connected = false;
            --connected_;
            if (running_) {
                ++figures_.reconnections;
                connect_later(client);
            }
        } else if (settings_.think > 0ms && settings_.rate <= 0 && running_) {
            client.pause.expires_after(settings_.think);
            client.pause.async_wait([this, &client](auto error) {
                if (!error) {
                    send_next(client);
                }
            });
        } else {
            send_next(client);
        }
    }

    /// What the table has to hold because of this request. A refusal that never reached SQLite left
    /// nothing.
    void note_outcome(const Client& client, const Reply& reply, const std::optional<Answer>& answer)
    {
        const unsigned rows = request_of(client).rows();
        if (rows == 0) {
            return;
        }
        Ending ending = Ending::unknown;
        if (reply.status >= 400 && reply.status < 500) {
            ending = Ending::exhausted;
        } else if (reply.status != 0 && answer) {
            ending = ending_of(*answer);
        }
        const unsigned may_remain =
            ending == Ending::locked
                ? rows_before_refusal(request_of(client), *answer, settings_.atomic_requests)
                : 0;
        figures_.outcomes.requests.push_back({client.sequence, static_cast<std::uint16_t>(rows),
                                              ending, static_cast<std::uint16_t>(may_remain)});
    }

    /// Constant rate: what is due by now is given to idle clients, or waits; its latency runs from
    /// now on.
    void tick()
    {
        if (!running_) {
            return; // the load has stopped meanwhile
        }
        const auto now = Clock::now();
        for (; due_at(ticks_) <= now && due_at(ticks_) < stop_; ++ticks_) {
            due_.push_back(due_at(ticks_));
        }
        while (!due_.empty() && !idle_.empty()) {
            Client& client = *clients_[idle_.front()];
            idle_.pop_front();
            if (client.connected && !client.busy) {
                const auto intended = due_.front();
                due_.pop_front();
                send(client, intended);
            }
        }
        if (due_at(ticks_) < stop_) {
            clock_.expires_at(due_at(ticks_));
            clock_.async_wait([this](auto) { tick(); });
        }
    }

    Clock::time_point due_at(std::uint64_t tick) const
    {
        return begin_ + std::chrono::nanoseconds(static_cast<std::int64_t>(
                            1e9 * static_cast<double>(tick) / settings_.rate));
    }

    void count_unsent()
    {
        if (settings_.rate > 0) {
            for (; due_at(ticks_) < stop_; ++ticks_) {
                ++figures_.unsent;
            }
            figures_.unsent += due_.size();
        }
    }

    /// Requests without an answer until now stay without one; their rows may be stored or not.
    void cut_off()
    {
        has_stopped_ = true;
        for (const auto& client : clients_) {
            client->pause.cancel();
            client->channel->close();
        }
        clock_.cancel();
        context_.restart();
        context_.run();
    }

    const LoadSettings& settings_;
    asio::io_context context_{1};
    std::mt19937 random_;
    asio::ip::tcp::endpoint server_;
    std::vector<std::unique_ptr<Client>> clients_;
    asio::steady_timer clock_{context_};
    std::deque<Clock::time_point>
        due_;                      ///< constant rate: intended starts that no client was free for
    std::deque<std::size_t> idle_; ///< constant rate: clients that wait for one
    std::uint64_t ticks_ = 0;
    Clock::time_point begin_{}, stop_{};
    std::uint32_t next_sequence_ = 0;
    std::size_t connected_ = 0;
    std::size_t in_flight_ = 0;
    bool running_ = false;
    bool has_stopped_ = false; ///< then no client connects any more
    LoadFigures figures_;
};

} // namespace

void EndpointFigures::add(const EndpointFigures& other)
{
    sent += other.sent;
    unanswered += other.unanswered;
    answered_before_stop += other.answered_before_stop;
    failed_before_stop += other.failed_before_stop;
    for (const auto& [status, count] : other.statuses) {
        statuses[status] += count;
    }
    for (const auto& [refusal, count] : other.refusals) {
        refusals[refusal] += count;
    }
    latency.add(other.latency);
}

LoadFigures run_load(const LoadSettings& settings)
{
    return Load(settings).run();
}

} // namespace firstlock::web

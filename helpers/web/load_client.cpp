#include "helpers/web/load_client.hpp"

#include "helpers/described/names.hpp"
#include "helpers/web/load_channel.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <deque>
#include <memory>
#include <optional>
#include <random>

namespace firstlock::web {
namespace {

namespace asio = boost::asio;
using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr auto reconnect_pause = 50ms;

double ms_between(Clock::time_point begin, Clock::time_point end)
{
    return std::chrono::duration<double, std::milli>(end - begin).count();
}

/// One client: its connection, and the request that is in flight on it.
struct Client {
    Client(asio::io_context& context, std::size_t number)
        : index(number), channel(context), pause(context)
    {
    }
    std::size_t index;
    LoadChannel channel;
    asio::steady_timer pause;
    Endpoint endpoint = Endpoint::ping;
    std::uint32_t sequence = 0;
    Clock::time_point intended{};
    bool connected = false;
    bool busy = false;
};

class Load {
  public:
    explicit Load(const LoadTask& task)
        : task_(task), random_(task.sender), server_(asio::ip::address_v4::loopback(), task.port)
    {
        end_.outcomes.sender = task.sender;
        end_.report.clients = task.clients;
        end_.report.rate = task.rate;
        for (std::size_t index = 0; index < task.clients; ++index) {
            clients_.push_back(std::make_unique<Client>(context_, index));
        }
    }

    LoadEnd run()
    {
        connect_all();
        if (connected_ > 0) { // else it is a load of nobody
            send_for_the_duration();
        }
        cut_off();
        conclude();
        return std::move(end_);
    }

  private:
    void send_for_the_duration()
    {
        running_ = true;
        begin_ = Clock::now();
        stop_ = begin_ + task_.duration;
        for (const auto& client : clients_) {
            send_next(*client);
        }
        if (task_.rate > 0) {
            tick();
        }
        run_until(stop_, [] { return false; });
        running_ = false;
        has_stopped_ = true;
        const auto stopped = Clock::now();
        end_.report.duration_s = std::chrono::duration<double>(stopped - begin_).count();
        count_unsent();
        run_until(stopped + task_.drain, [this] { return in_flight_ == 0; });
    }

    void conclude()
    {
        LoadReport& report = end_.report;
        EndpointTally all;
        for (const auto& [endpoint, tally] : tallies_) {
            report.endpoints.push_back(tally.report(name_of(endpoint), report.duration_s));
            all.add(tally);
        }
        report.all = all.report("Aggregated", report.duration_s);
        report.requests_per_second = report.all.requests_per_second;
        report.answered_before_stop = all.answered_before_stop;
    }

    template <typename Done>
    void run_until(Clock::time_point end, Done done)
    {
        const auto work = asio::make_work_guard(context_); // it may have nothing to do meanwhile
        context_.restart();
        while (!done() && context_.run_one_until(end) > 0) {
        }
    }

    void connect_all()
    {
        for (const auto& client : clients_) {
            connect(*client);
        }
        run_until(Clock::now() + task_.connect, [this] { return connected_ == clients_.size(); });
        end_.report.connected = connected_;
    }

    void connect(Client& client)
    {
        client.channel.connect(server_, [this, &client](const auto& error) {
            if (error) {
                end_.connect_error = error.message();
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
                client.channel.close();
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
        if (task_.rate <= 0) {
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
        ++tallies_[client.endpoint].sent;
        client.channel.send(target_of(request_of(client)),
                            [this, &client](const Reply& reply) { take(client, reply); });
    }

    Request request_of(const Client& client) const
    {
        return {client.endpoint, RequestId{task_.sender, client.sequence}, task_.num};
    }

    Endpoint draw_endpoint()
    {
        if (task_.endpoints.size() == 1) {
            return task_.endpoints.front();
        }
        std::uniform_int_distribution<std::size_t> draw(0, task_.endpoints.size() - 1);
        return task_.endpoints[draw(random_)];
    }

    void take(Client& client, const Reply& reply)
    {
        client.busy = false;
        --in_flight_;
        EndpointTally& tally = tallies_[client.endpoint];
        const auto result = reply.status == 200 ? RequestResult{} : result_from(reply.body);
        note_outcome(request_of(client), reply.status == 0 ? std::nullopt : result);
        if (reply.status == 0) {
            ++tally.unanswered;
        } else {
            const auto now = Clock::now();
            tally.latencies_ms.push_back(ms_between(client.intended, now));
            ++tally.statuses[std::to_string(reply.status)];
            if (reply.status != 200) {
                ++tally.refusals[{reply.status, result ? result->code : 0}];
            }
            if (running_) {
                ++tally.answered_before_stop;
                tally.failed_before_stop += reply.status == 200 ? 0 : 1;
            } else {
                ++end_.report.answered_after_stop;
                end_.report.last_answer_after_stop_ms = ms_between(stop_, now);
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
                ++end_.report.reconnections;
                connect_later(client);
            }
        } else if (task_.think > 0ms && task_.rate <= 0 && running_) {
            client.pause.expires_after(task_.think);
            client.pause.async_wait([this, &client](auto error) {
                if (!error) {
                    send_next(client);
                }
            });
        } else {
            send_next(client);
        }
    }

    /// What the table has to hold because of this request; without a result nobody knows.
    void note_outcome(const Request& request, const std::optional<RequestResult>& result)
    {
        if (request.rows() > 0) {
            end_.outcomes.requests.push_back(
                result ? outcome_of(request, *result, task_.atomic_requests)
                       : RequestOutcome{request.id->sequence, request.rows()});
        }
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
                            1e9 * static_cast<double>(tick) / task_.rate));
    }

    void count_unsent()
    {
        if (task_.rate > 0) {
            for (; due_at(ticks_) < stop_; ++ticks_) {
                ++end_.report.unsent;
            }
            end_.report.unsent += due_.size();
        }
    }

    /// Requests without an answer until now stay without one; their rows may be stored or not.
    void cut_off()
    {
        has_stopped_ = true;
        for (const auto& client : clients_) {
            client->pause.cancel();
            client->channel.close();
        }
        clock_.cancel();
        context_.restart();
        context_.run();
    }

    const LoadTask& task_;
    asio::io_context context_{1};
    std::mt19937 random_;
    asio::ip::tcp::endpoint server_;
    std::vector<std::unique_ptr<Client>> clients_;
    asio::steady_timer clock_{context_};
    // Constant rate: intended starts that no client was free for, and clients that wait for one.
    std::deque<Clock::time_point> due_;
    std::deque<std::size_t> idle_;
    std::uint64_t ticks_ = 0;
    Clock::time_point begin_{}, stop_{};
    std::uint32_t next_sequence_ = 0;
    std::size_t connected_ = 0;
    std::size_t in_flight_ = 0;
    bool running_ = false;
    bool has_stopped_ = false; ///< then no client connects any more
    std::map<Endpoint, EndpointTally> tallies_;
    LoadEnd end_;
};

} // namespace

LoadEnd put_under_load(const LoadTask& task)
{
    return Load(task).run();
}

} // namespace firstlock::web

#include "helpers/web/load_client.hpp"

#include "helpers/web/coroutine.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>

#include <deque>
#include <optional>
#include <random>
#include <stdexcept>

namespace firstlock::web {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr auto reconnect_pause = 50ms;
constexpr std::uint64_t body_max = 1'048'576;

double ms_between(Clock::time_point begin, Clock::time_point end)
{
    return std::chrono::duration<double, std::milli>(end - begin).count();
}

/// One client: a keep-alive connection, on which at most one request is in flight.
struct Client {
    explicit Client(asio::io_context& context) : stream(context), pause(context) {}
    beast::tcp_stream stream;
    asio::steady_timer pause;
};

class Load {
  public:
    explicit Load(const LoadTask& task)
        : task_(task), random_(task.sender), server_(asio::ip::address_v4::loopback(), task.port)
    {
        end_.outcomes.sender = task.sender;
        end_.report.clients = task.clients;
        end_.report.rate = task.rate;
    }

    SenderEnd<LoadReport> run()
    {
        connect_all();
        if (connected_ == 0) { // it would be a load of nobody
            throw std::runtime_error("no client could connect: " + connect_error_);
        }
        send_for_the_duration();
        cut_off();
        add_up(ends_, end_.report);
        return std::move(end_);
    }

  private:
    void send_for_the_duration()
    {
        running_ = true;
        begin_ = Clock::now();
        stop_ = begin_ + task_.duration;
        change_.cancel();
        run_until(stop_, [] { return false; });
        running_ = false;
        has_stopped_ = true;
        const auto stopped = Clock::now();
        end_.report.duration_s = std::chrono::duration<double>(stopped - begin_).count();
        for (; task_.rate > 0 && due_at(ticks_) < stop_; ++ticks_) {
            ++end_.report.unsent;
        }
        run_until(stopped + task_.drain, [this] { return in_flight_ == 0; });
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
        for (std::size_t index = 0; index < task_.clients; ++index) {
            clients_.emplace_back(context_);
            asio::co_spawn(context_, act(clients_.back()), rethrow);
        }
        run_until(Clock::now() + task_.connect, [this] { return connected_ == task_.clients; });
        end_.report.connected = connected_;
    }

    /// All that a client does until the load has stopped.
    asio::awaitable<void> act(Client& client)
    {
        while (!has_stopped_) {
            beast::error_code error;
            co_await client.stream.async_connect(server_, into(error));
            if (error) {
                connect_error_ = error.message();
            } else {
                ++connected_;
                client.stream.socket().set_option(asio::ip::tcp::no_delay(true), error);
                co_await make_requests(client);
                --connected_;
                end_.report.reconnections += running_ ? 1 : 0;
            }
            client.stream.close();
            if (!has_stopped_) {
                co_await wait(client, Clock::now() + reconnect_pause);
            }
        }
    }

    asio::awaitable<void> wait(Client& client, Clock::time_point end)
    {
        beast::error_code is_over;
        client.pause.expires_at(end);
        co_await client.pause.async_wait(into(is_over));
    }

    /// One after the other, until the load has stopped or the connection has ended.
    asio::awaitable<void> make_requests(Client& client)
    {
        beast::error_code changed;
        if (!running_ && !has_stopped_) {
            co_await change_.async_wait(into(changed));
        }
        for (auto intended = Clock::now(); running_;) {
            if (task_.rate > 0) {
                // Constant rate: whoever is free takes the next moment that is due, or was.
                intended = due_at(ticks_);
                if (intended >= stop_) {
                    co_await change_.async_wait(into(changed));
                    co_return;
                }
                ++ticks_;
                co_await wait(client, intended);
                if (!running_) {
                    ++end_.report.unsent;
                    co_return;
                }
            }
            const bool may_be_kept = co_await make_request(client, intended);
            if (!may_be_kept) {
                co_return;
            }
            if (task_.think > 0ms && task_.rate <= 0) {
                co_await wait(client, Clock::now() + task_.think);
            }
            intended = Clock::now();
        }
    }

    /// False when the connection has ended with it.
    asio::awaitable<bool> make_request(Client& client, Clock::time_point intended)
    {
        const Request request{draw_endpoint(), RequestId{task_.sender, next_sequence_++},
                              task_.num};
        http::request<http::empty_body> message(http::verb::get, target_of(request), 11);
        message.set(http::field::host, "127.0.0.1");
        beast::flat_buffer buffer;
        http::response_parser<http::string_body> parser;
        parser.body_limit(body_max);
        beast::error_code error;
        ++in_flight_;
        ++ends_[request.endpoint].sent;
        co_await http::async_write(client.stream, message, into(error));
        if (!error) {
            co_await http::async_read(client.stream, buffer, parser, into(error));
        }
        --in_flight_;
        take(request, error ? nullptr : &parser.get(), intended);
        co_return !error && parser.keep_alive();
    }

    Endpoint draw_endpoint()
    {
        if (task_.endpoints.size() == 1) {
            return task_.endpoints.front();
        }
        std::uniform_int_distribution<std::size_t> draw(0, task_.endpoints.size() - 1);
        return task_.endpoints[draw(random_)];
    }

    /// `answer` is nullptr where there is none: then nobody knows what the table holds.
    void take(const Request& request, const http::response<http::string_body>* answer,
              Clock::time_point intended)
    {
        RequestEnd end;
        std::optional<RequestResult> result;
        if (answer != nullptr) {
            const auto now = Clock::now();
            end = {answer->result_int(), 0, ms_between(intended, now), running_};
            result = end.status == 200 ? RequestResult{} : result_from(answer->body());
            end.code = result ? result->code : 0;
            end_.report.last_answer_after_stop_ms = running_ ? 0 : ms_between(stop_, now);
        }
        ends_[request.endpoint].ends.push_back(end);
        if (request.rows() > 0) {
            end_.outcomes.requests.push_back(
                result ? outcome_of(request, *result, task_.atomic_requests)
                       : RequestOutcome{request.id->sequence, request.rows()});
        }
    }

    Clock::time_point due_at(std::uint64_t tick) const
    {
        return begin_ + std::chrono::nanoseconds(static_cast<std::int64_t>(
                            1e9 * static_cast<double>(tick) / task_.rate));
    }

    /// Requests without an answer until now stay without one; their rows may be stored or not.
    void cut_off()
    {
        has_stopped_ = true;
        change_.cancel();
        for (Client& client : clients_) {
            client.pause.cancel();
            client.stream.close();
        }
        context_.restart();
        context_.run();
    }

    const LoadTask& task_;
    asio::io_context context_{1};
    std::mt19937 random_;
    asio::ip::tcp::endpoint server_;
    std::deque<Client> clients_;
    asio::steady_timer change_{context_, Clock::time_point::max()}; ///< cancelled at begin and end
    std::uint64_t ticks_ = 0; ///< constant rate: how many of its moments are taken
    Clock::time_point begin_{}, stop_{};
    std::uint32_t next_sequence_ = 0;
    std::size_t connected_ = 0;
    std::size_t in_flight_ = 0;
    bool running_ = false;
    bool has_stopped_ = false; ///< then no client connects any more
    std::map<Endpoint, RequestEnds> ends_;
    std::string connect_error_; ///< of the last connection that could not be made
    SenderEnd<LoadReport> end_;
};

} // namespace

SenderEnd<LoadReport> put_under_load(const LoadTask& task)
{
    return Load(task).run();
}

} // namespace firstlock::web

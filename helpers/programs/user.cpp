// firstlock-user TASK: one user with one connection, who makes requests of several kinds, one after
// the other, on a schedule of its own (user_protocol.hpp). Reports are kept until all is over:
// saying them earlier would be load of another kind.
#include "helpers/programs/task_main.hpp"
#include "helpers/requests/engine.hpp"
#include "helpers/sqlite/error.hpp"
#include "helpers/sqlite/sleep_recorder.hpp"
#include "helpers/writer/protocol.hpp"
#include "helpers/writer/say.hpp"

#include <random>
#include <thread>

namespace {

using namespace firstlock;
using std::chrono::nanoseconds;

// As with a writer: getting ready is not what is measured.
constexpr std::chrono::milliseconds setup_timeout{30'000};

nanoseconds now()
{
    return nanoseconds(monotonic_ns());
}

/// When requests are meant to begin.
class Schedule {
  public:
    Schedule(const UserPlan& plan, nanoseconds go, nanoseconds offset)
        : plan_(plan), next_(go + offset), end_(go + plan.duration)
    {
    }

    bool is_over(std::size_t done) const
    {
        const bool enough = plan_.requests > 0 && done >= static_cast<std::size_t>(plan_.requests);
        return enough || next_ >= end_ || now() >= end_;
    }

    /// Waits for the next moment and gives it back; at once where the user is late.
    nanoseconds wait() const
    {
        std::this_thread::sleep_for(next_ - now());
        return next_;
    }

    void request_ended(nanoseconds end)
    {
        next_ = is_paced() ? next_ + plan_.pace : end + plan_.think;
    }

    /// Requests that were intended within the duration and never begun, since the user was still
    /// waiting.
    std::size_t unstarted() const
    {
        const bool left_some = is_paced() && plan_.requests == 0 && next_ < end_;
        const auto left = left_some ? (end_ - next_ - nanoseconds(1)) / plan_.pace + 1 : 0;
        return static_cast<std::size_t>(left);
    }

    nanoseconds end() const { return end_; }

  private:
    bool is_paced() const { return plan_.pace.count() > 0; }

    const UserPlan& plan_;
    nanoseconds next_;
    nanoseconds end_;
};

void run_request(RequestEngine& engine, RequestReport& report, const UserPlan& plan,
                 nanoseconds end)
{
    do {
        engine.run(report, {report.message});
        report.end = now();
    } while (plan.until_acknowledged && is_locked_code(report.code) && report.end < end);
}

void run(const UserTask& task)
{
    const UserPlan& plan = task.plan;
    record_sleeps();
    Connection connection(task.database, {.busy_timeout = setup_timeout});
    configure(connection, task.settings);
    RequestEngine engine(connection, {.transaction = task.settings.transaction,
                                      .table = plan.table,
                                      .work = [&] { std::this_thread::sleep_for(plan.work); }});
    for (const RequestKind kind : plan.kinds) {
        engine.prepare(kind);
    }
    connection.set_busy_timeout(task.settings.busy_timeout, task.settings.retry);
    say("firstlock ready");
    if (!wait_for_go()) {
        return;
    }

    std::mt19937_64 random(plan.seed);
    const auto offset_max = std::max<nanoseconds>(plan.pace, nanoseconds(1)).count() - 1;
    const nanoseconds offset(std::uniform_int_distribution<std::int64_t>(0, offset_max)(random));
    std::uniform_int_distribution<std::size_t> any_kind(0, plan.kinds.size() - 1);
    Schedule schedule(plan, now(), offset);
    UserRequests made;
    while (!schedule.is_over(made.requests.size())) {
        RequestReport report;
        report.kind = plan.kinds.at(any_kind(random));
        report.message = link_after(task.row_namespace, std::to_string(made.requests.size()));
        report.intended = schedule.wait();
        report.start = now();
        run_request(engine, report, plan, schedule.end());
        schedule.request_ended(report.end);
        made.requests.push_back(std::move(report));
    }
    made.unstarted = schedule.unstarted();
    say(json_text(made));
}

} // namespace

int main(int argc, char** argv)
{
    return run_task<UserTask>("firstlock-user", argc, argv, [](const UserTask& task) {
        run(task);
        return 0;
    });
}

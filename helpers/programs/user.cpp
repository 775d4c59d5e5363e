// firstlock-user TASK: one user with one connection, who makes requests of several kinds, one after
// the other, on a schedule of its own (user_protocol.hpp). Reports are kept until all is over:
// saying them earlier would be load of another kind.
#include "helpers/requests/engine.hpp"
#include "helpers/sqlite/error.hpp"
#include "helpers/sqlite/sleep_recorder.hpp"
#include "helpers/writer/protocol.hpp"
#include "helpers/writer/say.hpp"

#include <array>
#include <cstdio>
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
    std::int64_t unstarted() const
    {
        const bool left_some = is_paced() && plan_.requests == 0 && next_ < end_;
        return left_some ? (end_ - next_ - nanoseconds(1)) / plan_.pace + 1 : 0;
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
    std::vector<RequestReport> reports;
    while (!schedule.is_over(reports.size())) {
        RequestReport report;
        report.kind = plan.kinds.at(any_kind(random));
        report.message = link_after(task.row_namespace, std::to_string(reports.size()));
        report.intended = schedule.wait();
        report.start = now();
        run_request(engine, report, plan, schedule.end());
        schedule.request_ended(report.end);
        reports.push_back(std::move(report));
    }
    for (const RequestReport& report : reports) {
        say(line_of(report));
    }
    say(std::string(end_prefix) + std::to_string(schedule.unstarted()));
}

} // namespace

int main(int argc, char** argv)
{
    auto failure = WriterExit::bad_task;
    try {
        const UserTask task = said_in<UserTask>(argc == 2 ? argv[1] : "");
        failure = WriterExit::setup_failed;
        run(task);
        return WriterExit::done;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "firstlock-user: could not get ready: %s\n", error.what());
        return failure;
    }
}

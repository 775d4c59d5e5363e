// firstlock-user: one user with one connection, who makes requests of several kinds, one after the
// other, on a schedule of its own (user_protocol.hpp). The task comes in the environment as for any
// writer, the plan as arguments. Reports are kept until all is over: saying them earlier would be
// load of another kind.
#include "helpers/requests/requests.hpp"
#include "helpers/sqlite/error.hpp"
#include "helpers/sqlite/sleep_recorder.hpp"
#include "helpers/writer/say.hpp"

#include <CLI/CLI.hpp>

#include <array>
#include <cstdio>
#include <random>
#include <thread>

namespace {

using namespace firstlock;

// As with a writer: getting ready is not what is measured.
constexpr std::chrono::milliseconds setup_timeout{30'000};

std::int64_t ns_of(std::chrono::milliseconds duration)
{
    return std::chrono::nanoseconds(duration).count();
}

/// When requests are meant to begin.
class Schedule {
  public:
    Schedule(const UserPlan& plan, std::int64_t go_ns, std::int64_t offset_ns)
        : plan_(plan), next_ns_(go_ns + offset_ns), end_ns_(go_ns + ns_of(plan.duration))
    {
    }

    bool is_over(int done) const
    {
        const bool enough = plan_.requests > 0 && done >= plan_.requests;
        return enough || next_ns_ >= end_ns_ || monotonic_ns() >= end_ns_;
    }

    /// Waits for the next moment and gives it back; at once where the user is late.
    std::int64_t wait() const
    {
        const std::int64_t ahead_ns = next_ns_ - monotonic_ns();
        if (ahead_ns > 0) {
            std::this_thread::sleep_for(std::chrono::nanoseconds(ahead_ns));
        }
        return next_ns_;
    }

    void request_ended(std::int64_t end_ns)
    {
        const bool paced = plan_.pace.count() > 0;
        next_ns_ = paced ? next_ns_ + ns_of(plan_.pace) : end_ns + ns_of(plan_.think);
    }

    /// Requests that were intended within the duration and never begun, since the user was still
    /// waiting.
    std::int64_t unstarted() const
    {
        const bool paced = plan_.pace.count() > 0 && plan_.requests == 0 && next_ns_ < end_ns_;
        return paced ? (end_ns_ - next_ns_ - 1) / ns_of(plan_.pace) + 1 : 0;
    }

    std::int64_t end_ns() const { return end_ns_; }

  private:
    UserPlan plan_;
    std::int64_t next_ns_;
    std::int64_t end_ns_;
};

void run_request(Requests& requests, RequestReport& report, const UserPlan& plan,
                 std::int64_t end_ns)
{
    for (report.attempts = 1;; ++report.attempts) {
        requests.run(report);
        report.end_ns = monotonic_ns();
        const bool again = plan.until_acknowledged && is_locked_code(report.code);
        if (!again || report.end_ns >= end_ns) {
            return;
        }
    }
}

void run(const Task& task, const UserPlan& plan)
{
    record_sleeps();
    Connection connection(task.database, {.busy_timeout = setup_timeout});
    connection.execute("PRAGMA synchronous=" + task.settings.synchronous);
    if (task.settings.journal_mode != "wal" && task.settings.journal_mode != "delete") {
        connection.column("PRAGMA journal_mode=" + task.settings.journal_mode);
    }
    Requests requests(connection, plan, task.settings.transaction);
    connection.set_busy_timeout(task.settings.busy_timeout, task.settings.retry);
    say("firstlock ready");
    if (!wait_for_go()) {
        return;
    }

    std::mt19937_64 random(plan.seed + static_cast<std::uint64_t>(task.index));
    const std::int64_t most_ns = std::max<std::int64_t>(ns_of(plan.pace), 1);
    const auto offset_ns = std::uniform_int_distribution<std::int64_t>(0, most_ns - 1)(random);
    std::uniform_int_distribution<std::size_t> any_kind(0, plan.kinds.size() - 1);
    Schedule schedule(plan, monotonic_ns(), offset_ns);
    std::vector<RequestReport> reports;
    while (!schedule.is_over(static_cast<int>(reports.size()))) {
        RequestReport report;
        report.kind = plan.kinds.at(any_kind(random));
        report.message = link_after(task.message, std::to_string(reports.size()));
        report.intended_ns = schedule.wait();
        report.start_ns = monotonic_ns();
        run_request(requests, report, plan, schedule.end_ns());
        schedule.request_ended(report.end_ns);
        reports.push_back(std::move(report));
    }
    for (const RequestReport& report : reports) {
        say(format(report));
    }
    say(std::string(end_prefix) + std::to_string(schedule.unstarted()));
}

int parse_and_run(int argc, char** argv)
{
    CLI::App app{"One user of a database, for the cases about transactions."};
    UserPlan plan;
    std::vector<std::string> kinds;
    std::array<std::int64_t, 4> times_ms{plan.duration.count(), 0, 0, 0};
    app.add_option("--kind", kinds, "a kind of request; several are mixed at random")->required();
    app.add_option("--duration-ms", times_ms[0]);
    app.add_option("--pace-ms", times_ms[1]);
    app.add_option("--think-ms", times_ms[2]);
    app.add_option("--work-ms", times_ms[3]);
    app.add_option("--requests", plan.requests, "end after so many; 0 for no such limit");
    app.add_option("--seed", plan.seed);
    app.add_flag("--until-acknowledged", plan.until_acknowledged, "begin locked requests again");
    CLI11_PARSE(app, argc, argv);
    for (const std::string& kind : kinds) {
        plan.kinds.push_back(kind_from(kind));
    }
    plan.duration = std::chrono::milliseconds(times_ms[0]);
    plan.pace = std::chrono::milliseconds(times_ms[1]);
    plan.think = std::chrono::milliseconds(times_ms[2]);
    plan.work = std::chrono::milliseconds(times_ms[3]);
    run(task_from_environment(), plan);
    return WriterExit::done;
}

} // namespace

int main(int argc, char** argv)
{
    try {
        return parse_and_run(argc, argv);
    } catch (const std::invalid_argument& error) {
        std::fprintf(stderr, "firstlock-user: %s\n", error.what());
        return WriterExit::bad_task;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "firstlock-user: could not get ready: %s\n", error.what());
        return WriterExit::setup_failed;
    }
}

#include "helpers/locks/observer.hpp"

#include "helpers/described/printable.hpp"
#include "helpers/sqlite/clock.hpp"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <iterator>
#include <numeric>
#include <sstream>
#include <utility>

namespace firstlock {
namespace {

constexpr std::size_t holds_max = 100'000;

std::int64_t cpu_ns()
{
    timespec used{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    return std::int64_t{used.tv_sec} * 1'000'000'000 + used.tv_nsec;
}

std::string content_of(const std::string& file)
{
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

Hold ended(Hold hold, std::int64_t ns)
{
    hold.to_ns = std::max(ns, hold.from_ns);
    if (!hold.stretches.empty()) {
        hold.stretches.back().to_ns = hold.to_ns;
    }
    return hold;
}

/// Every pid that is one belongs to a process; the others have no /proc.
bool is_process(std::int64_t pid)
{
    return pid > 0;
}

} // namespace

SeenProcess process_of(std::int64_t pid)
{
    SeenProcess process{pid, 0, ""};
    if (!is_process(pid)) {
        return process;
    }
    const std::string folder = "/proc/" + std::to_string(pid);
    constexpr std::size_t command_max = 500;
    process.command = content_of(folder + "/cmdline").substr(0, command_max);
    while (process.command.ends_with('\0')) {
        process.command.pop_back();
    }
    std::replace(process.command.begin(), process.command.end(), '\0', ' ');
    // PID (NAME, which may hold anything) STATE PARENT
    const std::string state = content_of(folder + "/stat");
    if (const auto bracket = state.rfind(')'); bracket != std::string::npos) {
        std::istringstream words(state.substr(bracket + 1));
        std::string letter;
        words >> letter >> process.parent;
    }
    return process;
}

std::string words_for(const SeenProcess& process)
{
    if (process.pid == 0) {
        return "a process of another pid namespace (a container)";
    }
    if (process.pid < 0) {
        return "a lock of an open file or of another machine, without a process";
    }
    return "pid " + std::to_string(process.pid) +
           (process.command.empty() ? "" : " (" + printable(process.command) + ")");
}

Observer::Observer(const std::filesystem::path& database) : probe_(database)
{
    seen_.from_ns = last_ns_ = monotonic_ns();
}

const SeenProcess& Observer::process(std::int64_t pid)
{
    auto& process = processes_[pid];
    if (process.pid == 0 && process.command.empty()) {
        process = process_of(pid);
    }
    return process;
}

void Observer::see(Lock lock, std::int64_t pid, Doing doing, const LockSample& sample)
{
    const auto [at, is_new] = open_.try_emplace({lock, pid});
    Open& open = at->second;
    const std::int64_t edge = std::midpoint(last_ns_, sample.from_ns);
    if (is_new) {
        open.hold = {{edge, 0}, lock, pid, {}, sample.to_ns - last_ns_};
    } else {
        process(pid); // seen twice, so it is worth a name
    }
    open.last_ns = sample.to_ns;
    auto& stretches = open.hold.stretches;
    if (lock == Lock::write && (stretches.empty() || stretches.back().doing != doing)) {
        if (!stretches.empty()) {
            stretches.back().to_ns = edge;
        }
        stretches.push_back({{is_new ? open.hold.from_ns : edge, 0}, doing});
    }
}

void Observer::end_unseen(const LockSample& sample)
{
    for (auto at = open_.begin(); at != open_.end();) {
        Open& open = at->second;
        if (open.last_ns == sample.to_ns) {
            ++at;
            continue;
        }
        open.hold.slack_ns = std::max(open.hold.slack_ns, sample.to_ns - open.last_ns);
        if (seen_.holds.size() < holds_max) {
            seen_.holds.push_back(
                ended(std::move(open.hold), std::midpoint(open.last_ns, sample.from_ns)));
        }
        at = open_.erase(at);
    }
}

std::chrono::nanoseconds Observer::look()
{
    if (seen_.samples == 0) { // what was done before is not the price of a sample
        cpu_begin_ns_ = cpu_last_ns_ = cpu_ns();
    }
    const LockSample sample = probe_.look();
    if (sample.writer) {
        see(Lock::write, *sample.writer, sample.doing, sample);
    }
    if (sample.checkpointer) {
        see(Lock::checkpoint, *sample.checkpointer, Doing::checkpoint, sample);
    }
    if (sample.recoverer) {
        see(Lock::recovery, *sample.recoverer, Doing::recovery, sample);
    }
    if (sample.writer && sample.doing == Doing::wait) {
        constexpr std::int64_t readers_hold_ns = 10'000'000; // the whole table is asked for
        if (sample.to_ns >= readers_until_ns_) {
            readers_ = probe_.readers(*sample.writer);
            readers_until_ns_ = sample.to_ns + readers_hold_ns;
        }
        for (const std::int64_t pid : readers_) {
            see(Lock::read, pid, Doing::wait, sample);
        }
    } else {
        readers_until_ns_ = 0;
    }
    end_unseen(sample);
    seen_.longest_gap_ms =
        std::max(seen_.longest_gap_ms,
                 seen_.samples == 0 ? 0 : static_cast<double>(sample.to_ns - last_ns_) / 1e6);
    ++seen_.samples;
    last_ns_ = sample.to_ns;

    const std::int64_t cpu_now_ns = cpu_ns();
    const auto cost = static_cast<double>(cpu_now_ns - std::exchange(cpu_last_ns_, cpu_now_ns));
    constexpr double weight = 0.1;
    cost_ns_ = seen_.samples == 1 ? cost : cost_ns_ + weight * (cost - cost_ns_);
    constexpr double wait_ns_min = 1e6;
    return std::chrono::nanoseconds(std::llround(std::max(wait_ns_min, cost_ns_ / cpu_share_max)));
}

std::vector<Hold> Observer::current() const
{
    std::vector<Hold> holds;
    for (const auto& [key, open] : open_) {
        holds.push_back(ended(open.hold, open.last_ns));
    }
    return holds;
}

Observation Observer::so_far()
{
    Observation seen = seen_;
    seen.to_ns = last_ns_;
    const auto whole_ns = static_cast<double>(std::max<std::int64_t>(seen.to_ns - seen.from_ns, 1));
    seen.interval_ms =
        whole_ns / 1e6 / static_cast<double>(std::max<std::int64_t>(seen.samples, 1));
    seen.cpu_share = static_cast<double>(cpu_ns() - cpu_begin_ns_) / whole_ns;
    for (const Hold& hold : current()) {
        seen.holds.push_back(hold);
    }
    for (const Hold& hold : seen.holds) {
        process(hold.pid);
    }
    for (const auto& [pid, process] : processes_) {
        seen.processes.push_back(process);
    }
    seen.notes = probe_.notes();
    if (seen.holds.size() >= holds_max) {
        seen.notes.push_back("saw more than " + std::to_string(holds_max) +
                             " holds, and kept no more");
    }
    return seen;
}

} // namespace firstlock

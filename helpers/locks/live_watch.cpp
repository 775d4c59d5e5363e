#include "helpers/locks/live_watch.hpp"

#include "helpers/described/names.hpp"
#include "helpers/described/printable.hpp"
#include "helpers/locks/lock_timeline.hpp"
#include "helpers/locks/open_files.hpp"
#include "helpers/locks/why.hpp"
#include "helpers/sqlite/clock.hpp"

#include <spdlog/fmt/chrono.h>
#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <ostream>
#include <set>

namespace firstlock {
namespace {

using namespace std::chrono_literals;

// A lock that is kept longer is worth a line.
constexpr std::int64_t long_ns = 100'000'000;
constexpr std::int64_t second_ns = 1'000'000'000;

double seconds(std::int64_t ns)
{
    return static_cast<double>(ns) / 1e9;
}

std::string now()
{
    const auto time =
        std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
    return fmt::format("{:%H:%M:%S}.{:03}",
                       fmt::localtime(std::chrono::system_clock::to_time_t(time)),
                       time.time_since_epoch().count() % 1000);
}

std::string lock_words(const Hold& hold)
{
    std::string words(name_of(hold.lock));
    words += " lock";
    return hold.lock == Lock::write && !hold.stretches.empty()
               ? words + fmt::format(" ({})", name_of(hold.stretches.back().doing))
               : words;
}

/// What one process's holds come to.
struct OfProcess {
    std::size_t holds = 0;
    std::int64_t sum_ns = 0, longest_ns = 0;
};

} // namespace

LiveWatch::LiveWatch(const std::filesystem::path& database, std::ostream& out)
    : database_(database), observer_(database), out_(out), second_ns_(monotonic_ns() + second_ns)
{
    const std::string journal = journal_of(database);
    print(fmt::format("watching '{}' ({})", database.string(),
                      journal.empty() ? "not a SQLite database yet" : journal));
    const Openers openers = openers_of(database);
    for (const SeenProcess& process : openers.processes) {
        print("has it open: " + words_for(process));
    }
    if (openers.processes.empty()) {
        print("nobody whose files may be listed has it open");
    }
    if (openers.closed_to_us > 0) {
        print(fmt::format("{} processes of other users may have it open: root could tell",
                          openers.closed_to_us));
    }
}

void LiveWatch::print(const std::string& line)
{
    out_ << now() << "  " << printable(line) << std::endl;
}

void LiveWatch::announce(const std::vector<Hold>& holds)
{
    std::set<std::pair<Lock, std::int64_t>> held;
    for (const Hold& hold : holds) {
        const std::pair key{hold.lock, hold.pid};
        held.insert(key);
        const std::int64_t age_ns = hold.to_ns - hold.from_ns;
        if (age_ns >= long_ns && announced_.emplace(key, hold.from_ns).second) {
            print(fmt::format("{} has the {}, for {:.1f} s so far",
                              words_for(observer_.process(hold.pid)), lock_words(hold),
                              seconds(age_ns)));
        }
    }
    for (auto at = announced_.begin(); at != announced_.end();) {
        const auto& [key, since_ns] = *at;
        if (held.contains(key)) {
            ++at;
            continue;
        }
        print(fmt::format("{} gave up the {} lock after {:.1f} s",
                          words_for(observer_.process(key.second)), name_of(key.first),
                          seconds(monotonic_ns() - since_ns)));
        at = announced_.erase(at);
    }
}

std::chrono::nanoseconds LiveWatch::look()
{
    const auto wait = observer_.look();
    const std::vector<Hold> holds = observer_.current();
    ++samples_;
    held_ += std::any_of(holds.begin(), holds.end(),
                         [](const Hold& hold) { return hold.lock == Lock::write; })
                 ? 1
                 : 0;
    announce(holds);
    if (monotonic_ns() >= second_ns_) {
        if (held_ > 0) {
            print(fmt::format("the write lock was held {:.0f} % of this second",
                              100.0 * static_cast<double>(held_) / static_cast<double>(samples_)));
        }
        samples_ = held_ = 0;
        second_ns_ += second_ns;
    }
    return wait;
}

void LiveWatch::print_account(const Observation& seen, const TimeSpan& window)
{
    LockEvidence evidence;
    evidence.holds = seen.holds;
    evidence.processes = seen.processes;
    evidence.observer.emplace();
    evidence.observed = {seen.from_ns, seen.to_ns};
    evidence.journal_mode = journal_of(database_) == "WAL" ? "wal" : "delete";
    std::map<std::int64_t, OfProcess> processes;
    std::int64_t held_ns = 0;
    for (const Hold& hold : seen.holds) {
        const std::int64_t ns = hold.lock == Lock::write ? overlap_ns(hold, window) : 0;
        if (ns > 0) {
            OfProcess& of = processes[hold.pid];
            ++of.holds;
            of.sum_ns += ns;
            of.longest_ns = std::max(of.longest_ns, ns);
            held_ns += ns;
        }
    }
    const std::int64_t whole_ns = window.to_ns - window.from_ns;
    out_ << fmt::format("\nin {:.1f} s the write lock was held {:.0f} % of the time, by {} {}\n",
                        seconds(whole_ns),
                        100 * seconds(held_ns) / std::max(seconds(whole_ns), 1e-9),
                        processes.size(), processes.size() == 1 ? "process" : "processes");
    std::vector<std::pair<std::int64_t, OfProcess>> sorted(processes.begin(), processes.end());
    std::sort(sorted.begin(), sorted.end(), [](const auto& one, const auto& other) {
        return one.second.sum_ns > other.second.sum_ns;
    });
    constexpr std::size_t shown_max = 10;
    for (std::size_t index = 0; index < std::min(shown_max, sorted.size()); ++index) {
        const auto& [pid, of] = sorted[index];
        out_ << fmt::format("  {:8.3f} s in {:4} {}, longest {:.3f} s: {}\n", seconds(of.sum_ns),
                            of.holds, of.holds == 1 ? "hold " : "holds", seconds(of.longest_ns),
                            words_for(observer_.process(pid)));
    }
    out_ << (sorted.size() > shown_max ? fmt::format("  and {} more\n", sorted.size() - shown_max)
                                       : "");
    // As one who wants to write sees it: refused at the end of the window.
    evidence.waiters = {{window, -1, false, {}}};
    evidence.locked = {{0, window, std::nullopt, std::nullopt, false}};
    const Why why = why_of(evidence);
    const auto& reason = why.locked_writers.front();
    if (reason.reason != Reason::unknown && reason.reason != Reason::waiters_asleep) {
        out_ << "whoever waited to write all that time met: " << words_for(reason.reason);
        if (reason.longest) {
            out_ << ", " << words_for(SeenProcess{reason.longest->pid, 0, reason.longest->command})
                 << fmt::format(", the {} lock for {:.1f} s", name_of(reason.longest->lock),
                                reason.longest->ms / 1000);
        }
        out_ << "\n";
        for (const std::string& cure : why.try_) {
            out_ << "  try: " << cure << "\n";
        }
    }
    for (const std::string& note : seen.notes) {
        out_ << "note: " << printable(note) << "\n";
    }
    out_ << fmt::format("({} samples, one each {:.1f} ms, {:.1f} % of a processor; who only waits "
                        "for a lock leaves no trace)\n",
                        seen.samples, seen.interval_ms, 100 * seen.cpu_share)
         << std::flush;
}

void LiveWatch::print_refusal(std::int64_t before_ns, std::chrono::milliseconds waited)
{
    const Observation seen = observer_.so_far();
    const std::int64_t waited_ns = std::chrono::nanoseconds(waited).count();
    print_account(seen, {std::max(seen.from_ns, before_ns - waited_ns), before_ns});
}

void LiveWatch::finish()
{
    const Observation seen = observer_.so_far();
    print_account(seen, {seen.from_ns, seen.to_ns});
}

} // namespace firstlock

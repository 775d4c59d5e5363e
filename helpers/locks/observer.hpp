#pragma once

#include "helpers/locks/lock_probe.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace firstlock {

/// A process that was seen to hold a lock, or to have the database open.
struct SeenProcess {
    std::int64_t pid = 0;
    std::int64_t parent = 0; ///< 0: not known
    std::string command;     ///< its words with blanks between; "" where it was gone or not ours
};
BOOST_DESCRIBE_STRUCT(SeenProcess, (), (pid, parent, command))

/// What is known of a process by /proc/PID; only `pid` where that says nothing.
SeenProcess process_of(std::int64_t pid);

/// "pid 4242 (python3 app.py)", and what a pid that is none stands for.
std::string words_for(const SeenProcess& process);

/// All that an observer saw.
struct Observation : TimeSpan {
    std::vector<Hold> holds; ///< by the middle between the samples on both sides of each edge
    std::vector<SeenProcess> processes;
    std::int64_t samples = 0;
    double interval_ms = 0;         ///< between samples, in the mean
    double longest_gap_ms = 0;      ///< between two samples
    double cpu_share = 0;           ///< of one processor
    std::vector<std::string> notes; ///< what happened to the files, what could not be seen
};
BOOST_DESCRIBE_STRUCT(Observation, (TimeSpan),
                      (holds, processes, samples, interval_ms, longest_gap_ms, cpu_share, notes))

/// Turns samples into holds: as long as each sees the same process with the same lock it is one
/// hold. One shorter than the interval may be missed, and two of one process may look like one; in
/// sum the share of the time is right.
class Observer {
  public:
    /// Throws as LockProbe's constructor does.
    explicit Observer(const std::filesystem::path& database);

    /// Takes one sample, and says how long to wait until the next so that all of them together cost
    /// `cpu_share_max` of a processor: the kernel walks its list of locks at each question, so the
    /// larger the crowd the fewer the samples. At least a millisecond.
    std::chrono::nanoseconds look();
    static constexpr double cpu_share_max = 0.01;

    /// Holds that are under way, as they are now.
    std::vector<Hold> current() const;
    const SeenProcess& process(std::int64_t pid);
    /// All that was seen so far, holds that are under way included.
    Observation so_far();

  private:
    /// A hold under way.
    struct Open {
        Hold hold;
        std::int64_t last_ns; ///< when it was last seen
    };
    using Key = std::pair<Lock, std::int64_t>;

    void see(Lock lock, std::int64_t pid, Doing doing, const LockSample& sample);
    void end_unseen(const LockSample& sample);

    LockProbe probe_;
    std::map<Key, Open> open_;
    std::map<std::int64_t, SeenProcess> processes_;
    std::vector<std::int64_t> readers_;
    std::int64_t readers_until_ns_ = 0;
    std::int64_t last_ns_ = 0; // end of the last sample
    std::int64_t cpu_begin_ns_ = 0, cpu_last_ns_ = 0;
    double cost_ns_ = 0; // of a sample, smoothed
    Observation seen_;
};

} // namespace firstlock

#pragma once

#include "helpers/locks/observer.hpp"

#include <chrono>
#include <iosfwd>
#include <map>
#include <string>
#include <utility>

namespace firstlock {

/// What `firstlock-observer --watch` prints: a line when somebody keeps a lock, one when it is
/// given up, one each second in which the write lock was held; and an account at the end.
class LiveWatch {
  public:
    /// Says what kind of database it is and who has it open. Throws as LockProbe's constructor
    /// does.
    LiveWatch(const std::filesystem::path& database, std::ostream& out);

    /// Takes a sample and prints what there is to say; how long to wait until the next.
    std::chrono::nanoseconds look();
    /// Prints who held the locks in the last seconds, and why someone who waited for all that time
    /// was refused: `before` is when that was, CLOCK_MONOTONIC in ns.
    void print_refusal(std::int64_t before_ns, std::chrono::milliseconds waited);
    /// Prints the account of the whole time.
    void finish();

  private:
    void print(const std::string& line);
    void announce(const std::vector<Hold>& holds);
    void print_account(const Observation& seen, const TimeSpan& window);

    std::filesystem::path database_;
    Observer observer_;
    std::ostream& out_;
    std::int64_t second_ns_;
    std::int64_t samples_ = 0, held_ = 0;                             // of this second
    std::map<std::pair<Lock, std::int64_t>, std::int64_t> announced_; // since when
};

} // namespace firstlock

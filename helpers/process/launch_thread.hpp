#pragma once

#include "helpers/process/descriptor.hpp"
#include "helpers/process/launcher.hpp"

#include <atomic>
#include <cstddef>
#include <exception>
#include <functional>
#include <semaphore>

namespace firstlock {

/// A thread of this process with a table of open descriptors of its own, which stays short (Linux:
/// unshare(2), CLONE_FILES). It takes no signal, holds none of the process's descriptors, and ends
/// with the process. Its POSIX locks are its own too, so it cannot drop those of the process.
/// ThreadSanitizer knows one table for a process, and takes equal numbers in the two for a race; so
/// the tsan preset runs no pool of writers (its reports there were all in descriptor calls).
class LaunchThread {
  public:
    /// The one of this process, made at the first call; nullptr where the system cannot give it.
    static LaunchThread* instance();

    /// Calls `start(0)` to `start(count - 1)` in the thread, and `take` in the caller's for each
    /// child as it comes, while the thread goes on: waiting for each in turn cost half as much
    /// again as the start itself. Throws what `start` throws, after `take` has had those before,
    /// and StartError when the caller's table is full; no child is left that `take` did not get.
    void run(std::size_t count, const std::function<Launched(std::size_t)>& start,
             const std::function<void(Launched)>& take);

    LaunchThread(const LaunchThread&) = delete;
    LaunchThread& operator=(const LaunchThread&) = delete;

  private:
    LaunchThread() = default;
    bool begin();
    void serve();
    /// In the thread: an own table with nothing in it but `theirs_` and the standard streams.
    bool leave_the_table() const;
    void answer(int socket);

    Descriptor ours_, theirs_; // of a pair of sockets; children come from the second to the first
    std::binary_semaphore asked_{0}, answered_{0};
    const std::function<Launched(std::size_t)>* start_ = nullptr;
    std::size_t count_ = 0;
    std::atomic<bool> give_up_ = false;
    std::exception_ptr error_;
    bool is_ready_ = false;
};

} // namespace firstlock

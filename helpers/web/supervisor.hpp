#pragma once

#include "helpers/web/server_settings.hpp"

#include <sys/types.h>

#include <vector>

namespace firstlock::web {

/// The parent of the worker processes. It binds the one socket that they share, forks them, says
/// `ready PORT`, and waits. It opens no database. Signals for it are meant for all; when one worker
/// ends by itself, all are stopped.
class Supervisor {
  public:
    explicit Supervisor(const ServerSettings& settings) : settings_(settings) {}
    ~Supervisor();
    Supervisor(const Supervisor&) = delete;
    Supervisor& operator=(const Supervisor&) = delete;

    /// The exit status of the server. Throws std::runtime_error when it cannot start.
    int run();

  private:
    class Watch;

    void start_workers(int listener);
    void await_ready(int ready) const;
    int wait_for_end();

    const ServerSettings& settings_;
    std::vector<pid_t> workers_;
};

} // namespace firstlock::web

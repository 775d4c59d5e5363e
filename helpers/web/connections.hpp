#pragma once

#include "helpers/sqlite/connection.hpp"
#include "helpers/web/server_settings.hpp"

#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <vector>

namespace firstlock::web {

/// Lends connections to the threads of one server process as its policy has it.
class Connections {
  public:
    explicit Connections(const ServerSettings& settings) : settings_(settings) {}

    /// Runs `work` with a configured connection; false when none of the pool became free in time.
    /// Throws SqliteError when SQLite refuses to open or configure one.
    bool lend(const std::function<void(Connection&)>& work);

  private:
    Connection open() const;
    bool lend_from_pool(const std::function<void(Connection&)>& work);

    const ServerSettings& settings_;
    std::mutex mutex_;
    std::condition_variable returned_;
    using Place = std::optional<Connection>; ///< opened when it is first lent
    std::vector<Place> places_ = std::vector<Place>(settings_.pool_size);
};

} // namespace firstlock::web

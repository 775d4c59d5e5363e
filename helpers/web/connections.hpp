#pragma once

#include "helpers/sqlite/connection.hpp"
#include "helpers/web/server_settings.hpp"

#include <condition_variable>
#include <memory>
#include <mutex>
#include <vector>

namespace firstlock::web {

/// Lends connections to the threads of one server process as its policy has it.
class Connections {
  public:
    explicit Connections(const ServerSettings& settings) : settings_(settings) {}

    /// A configured connection; nullptr when none of the pool became free in time. Throws
    /// SqliteError when SQLite refuses to open or configure one.
    std::unique_ptr<Connection> take();
    void give_back(std::unique_ptr<Connection> connection);

  private:
    std::unique_ptr<Connection> open() const;
    std::unique_ptr<Connection> take_from_pool();
    void give_up(); ///< for a taker whose connection could not be opened

    const ServerSettings& settings_;
    std::mutex mutex_;
    std::condition_variable returned_;
    std::vector<std::unique_ptr<Connection>> free_;
    std::size_t lent_ = 0;
};

} // namespace firstlock::web

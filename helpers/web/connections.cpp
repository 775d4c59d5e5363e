#include "helpers/web/connections.hpp"

namespace firstlock::web {
namespace {

/// One process has one Connections, so the thread's own connection needs no key.
std::unique_ptr<Connection>& of_this_thread()
{
    thread_local std::unique_ptr<Connection> connection;
    return connection;
}

} // namespace

std::unique_ptr<Connection> Connections::open() const
{
    const WriterSettings& sqlite = settings_.sqlite;
    auto connection = std::make_unique<Connection>(
        settings_.database,
        OpenOptions{.busy_timeout = sqlite.busy_timeout, .retry = sqlite.retry});
    configure(*connection, sqlite);
    return connection;
}

std::unique_ptr<Connection> Connections::take_from_pool()
{
    {
        std::unique_lock lock(mutex_);
        // The system's clock, since ThreadSanitizer does not see waits that use the steady one.
        const bool got =
            returned_.wait_until(lock, std::chrono::system_clock::now() + settings_.pool_wait,
                                 [this] { return !free_.empty() || lent_ < settings_.pool_size; });
        if (!got) {
            return nullptr;
        }
        ++lent_;
        if (!free_.empty()) {
            auto connection = std::move(free_.back());
            free_.pop_back();
            return connection;
        }
    }
    try {
        return open();
    } catch (...) {
        give_up();
        throw;
    }
}

std::unique_ptr<Connection> Connections::take()
{
    switch (settings_.connections) {
    case ConnectionPolicy::thread:
        return of_this_thread() ? std::move(of_this_thread()) : open();
    case ConnectionPolicy::pool:
        return take_from_pool();
    case ConnectionPolicy::request:
        break;
    }
    return open();
}

void Connections::give_back(std::unique_ptr<Connection> connection)
{
    if (settings_.connections == ConnectionPolicy::thread) {
        of_this_thread() = std::move(connection);
    } else if (settings_.connections == ConnectionPolicy::pool) {
        {
            const std::scoped_lock lock(mutex_);
            --lent_;
            free_.push_back(std::move(connection));
        }
        returned_.notify_one();
    } // else it is closed here, at the end of its request
}

void Connections::give_up()
{
    if (settings_.connections == ConnectionPolicy::pool) {
        {
            const std::scoped_lock lock(mutex_);
            --lent_;
        }
        returned_.notify_one();
    }
}

} // namespace firstlock::web

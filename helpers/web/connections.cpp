#include "helpers/web/connections.hpp"

#include <memory>
#include <utility>

namespace firstlock::web {

Connection Connections::open() const
{
    const WriterSettings& sqlite = settings_.sqlite;
    Connection connection(settings_.database,
                          {.busy_timeout = sqlite.busy_timeout, .retry = sqlite.retry});
    configure(connection, sqlite);
    return connection;
}

bool Connections::lend(const std::function<void(Connection&)>& work)
{
    if (settings_.connections == ConnectionPolicy::pool) {
        return lend_from_pool(work);
    }
    if (settings_.connections == ConnectionPolicy::thread) {
        // One process has one Connections, so the thread's own connection needs no key.
        thread_local Connection kept = open();
        work(kept);
    } else {
        Connection connection = open();
        work(connection);
    }
    return true;
}

bool Connections::lend_from_pool(const std::function<void(Connection&)>& work)
{
    std::unique_lock lock(mutex_);
    // The system's clock, since ThreadSanitizer does not see waits that use the steady one.
    if (!returned_.wait_until(lock, std::chrono::system_clock::now() + settings_.pool_wait,
                              [this] { return !places_.empty(); })) {
        return false;
    }
    Place place = std::move(places_.back());
    places_.pop_back();
    lock.unlock();
    const auto give_back = [this](Place* lent) {
        const std::scoped_lock returning(mutex_);
        places_.push_back(std::move(*lent));
        returned_.notify_one();
    };
    const std::unique_ptr<Place, decltype(give_back)> borrowed(&place, give_back);
    if (!place) {
        place = open();
    }
    work(*place);
    return true;
}

} // namespace firstlock::web

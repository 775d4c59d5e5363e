#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/error_code.hpp>

#include <exception>

namespace firstlock::web {

/// What to await with where an error is a value: it goes to `error`, and a success clears that.
inline auto into(boost::system::error_code& error)
{
    return boost::asio::redirect_error(boost::asio::use_awaitable, error);
}

/// For co_spawn: what nobody has caught ends the loop that runs the coroutine, and so the program.
inline void rethrow(const std::exception_ptr& thrown)
{
    if (thrown) {
        std::rethrow_exception(thrown);
    }
}

} // namespace firstlock::web

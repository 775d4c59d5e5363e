#pragma once

#include "helpers/requests/user_protocol.hpp"
#include "helpers/sqlite/connection.hpp"
#include "helpers/writer/protocol.hpp"

#include <boost/uuid/uuid.hpp>

#include <memory>
#include <string>

namespace firstlock {

/// The link of a chain that stands behind `predecessor` and carries `message`: a SHA-1 hash of
/// both, in the form of a version 5 UUID (RFC 9562, section 5.5). The first link's predecessor is
/// the nil UUID.
std::string link_after(const std::string& predecessor, const std::string& message);

/// Runs requests over one connection. Statements are prepared once, so that a request costs what it
/// asks for. Tables: `messages(msg)`; for the kind `increment` `counter(n)` with one row; for
/// `chain` `chain(id INTEGER PRIMARY KEY, msg, link)`. Throws SqliteError at construction only.
class Requests {
  public:
    Requests(Connection& connection, const UserPlan& plan, Transaction transaction);
    ~Requests();
    Requests(const Requests&) = delete;
    Requests& operator=(const Requests&) = delete;

    /// One attempt at one request. Sets what became of it and of its row; times of the request are
    /// the caller's.
    void run(RequestReport& report);

  private:
    class Steps;
    std::unique_ptr<Steps> steps_;
};

} // namespace firstlock

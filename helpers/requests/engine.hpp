#pragma once

#include "helpers/requests/user_protocol.hpp"
#include "helpers/sqlite/connection.hpp"

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace firstlock {

/// The link of a chain that comes after `predecessor` and carries `message`: a SHA-1 hash of both,
/// in the form of a version 5 UUID (RFC 9562, section 5.5). The first link's predecessor is the nil
/// UUID.
std::string link_after(const std::string& predecessor, const std::string& message);

struct EngineOptions {
    /// Of the kinds that leave it open. Those that read before they write have a transaction in any
    /// case: in autocommit a deferred one, as Django's atomic() opens.
    Transaction transaction = Transaction::autocommit;
    /// A request that names no transaction of its own is one as a whole, as with Django's
    /// ATOMIC_REQUESTS.
    bool atomic_requests = false;
    RequestTable table = RequestTable::messages;
    /// What is done between read and write.
    std::function<void()> work = [] {};
};

/// Carries out requests over one connection. Statements are prepared at their first use, or by
/// prepare(), and kept: an engine for each request prepares them each time, as most sites do; one
/// for all of them lets a request cost what it asks for.
class RequestEngine {
  public:
    RequestEngine(Connection& connection, EngineOptions options);

    /// What requests of that kind need. Throws SqliteError.
    void prepare(RequestKind kind);

    /// One attempt at one request: its steps for each of `rows`, the texts to be stored; kinds that
    /// store none take one that is empty. Sets what became of the request and of its row; its times
    /// are the caller's. A refusal is reported, never thrown, and leaves no transaction open.
    void run(RequestReport& report, const std::vector<std::string>& rows);

    /// What SQLite said to the last refusal.
    const std::string& refusal_text() const { return refusal_text_; }
    /// What the last request has read; "" where it has read nothing.
    const std::string& value() const { return value_; }

  private:
    void execute(std::string_view stage, const char* sql, RequestReport& report);
    int write(const std::string& row);
    void take(std::string_view stage, RequestReport& report, const std::function<int()>& act);
    Statement& prepared(const char* sql);

    Connection& connection_;
    EngineOptions options_;
    std::map<std::string_view, Statement> statements_;
    std::string refusal_text_;
    std::string value_;
};

} // namespace firstlock

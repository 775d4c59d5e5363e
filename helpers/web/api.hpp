#pragma once

#include "helpers/requests/kind.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// What the server and its clients have to agree on: the endpoints, how a request names its rows,
// and what an answer says. Pure: neither HTTP nor SQLite is known here.
namespace firstlock::web {

/// What a site is asked for is what any user of a database does.
using Endpoint = RequestKind;
constexpr std::size_t endpoint_count = 12;
constexpr unsigned rows_most = 1000; ///< of one insert_many

/// "/insert", "/create_user/", "/read/" …
std::string_view path_of(Endpoint endpoint);
/// The path without its slashes, for tables and command lines.
std::string_view name_of(Endpoint endpoint);
std::optional<Endpoint> endpoint_named(std::string_view name);

/// Who sends: 32 bits that no other sender of the same table has. `sequence` counts the sender's
/// requests.
struct RequestId {
    std::uint32_t sender = 0;
    std::uint32_t sequence = 0;
    bool operator==(const RequestId&) const = default;
    auto operator<=>(const RequestId&) const = default;
};

/// One row: the request that asked for it, and its number within that request.
struct RowId {
    RequestId request;
    std::uint32_t row = 0;
};

/// The text of column `msg`: "0a1b2c3d-0000002a-0003". nullopt for any other text.
std::string text_of(const RowId& row);
std::optional<RowId> row_from(std::string_view text);

struct Request {
    Endpoint endpoint = Endpoint::ping;
    std::optional<RequestId>
        id;           ///< drawn by the server where the client gives none (curl, ab, wrk)
    unsigned num = 1; ///< rows of an insert_many

    /// How many rows a 200 promises.
    unsigned rows() const;
};

/// "/insert_many?id=0a1b2c3d-0000002a&num=3"
std::string target_of(const Request& request);

/// A target that makes no sense: 404 for an unknown path, 400 for a parameter, with a text for a
/// person.
struct BadTarget {
    unsigned status = 400;
    std::string text;
};
/// Exactly one of the two is set.
struct ParsedTarget {
    std::optional<Request> request;
    BadTarget bad;
};
ParsedTarget parse_target(std::string_view target);

/// How a request ended at the database. `code` is SQLite's extended code; 0 is success.
struct Answer {
    enum class Kind {
        ok,        ///< 200
        locked,    ///< 500: a code of the SQLITE_BUSY or SQLITE_LOCKED family
        failed,    ///< 500: any other code of SQLite
        exhausted, ///< 503: no connection of the pool became free in time; SQLite was not asked
    };
    Kind kind = Kind::ok;
    int code = 0;
    std::string stage; ///< open, configure, begin, read, insert, commit; empty when ok
    std::string text;  ///< what SQLite said; for `count` the number
};

unsigned status_of(const Answer& answer);
/// {"result":"locked","code":5,"stage":"insert","text":"database is locked"}
std::string body_of(const Answer& answer);
/// The body of a request that makes no sense, and so never reached SQLite.
std::string body_of_refusal(const std::string& text);
/// The two members of a body that clients count by; nullopt for a body that is none of ours.
std::optional<Answer> answer_from(std::string_view body);

} // namespace firstlock::web

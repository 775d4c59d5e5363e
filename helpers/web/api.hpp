#pragma once

#include "helpers/requests/kind.hpp"
#include "helpers/rows/ledger.hpp"

#include <boost/describe/class.hpp>
#include <boost/describe/enum.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

// What the server and its clients have to agree on: the endpoints, how a request names its rows,
// and what came of it at the database. Pure: neither HTTP nor SQLite is known here.
namespace firstlock::web {

/// What a site is asked for is what any user of a database does.
using Endpoint = RequestKind;
constexpr unsigned rows_max = 1000; ///< of one insert_many

/// Who sends: 32 bits that no other sender of the same table has. `sequence` counts the sender's
/// requests.
struct RequestId {
    std::uint32_t sender = 0;
    std::uint32_t sequence = 0;
    auto operator<=>(const RequestId&) const = default; // NOLINT(modernize-use-nullptr): none here
};

/// One row of a request: its name in a ledger, and that name as the text of column `msg`.
Message row_of(const RequestId& request, std::uint32_t row);
std::string row_text(const RequestId& request, std::uint32_t row);

struct Request {
    Endpoint endpoint = Endpoint::ping;
    /// Drawn by the server where the client gives none (curl, ab, wrk).
    std::optional<RequestId> id;
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
std::variant<Request, BadTarget> parse_target(std::string_view target);

enum class Result {
    ok,        ///< 200
    locked,    ///< 500: a code of the SQLITE_BUSY or SQLITE_LOCKED family
    failed,    ///< 500: any other code of SQLite
    exhausted, ///< 503: no connection of the pool became free in time; SQLite was not asked
    refused,   ///< 4xx: the request makes no sense, and so never reached SQLite
};
BOOST_DESCRIBE_ENUM(Result, ok, locked, failed, exhausted, refused)

/// How a request ended at the database: the body of each answer.
struct RequestResult {
    Result result = Result::ok;
    int code = 0;        ///< SQLite's extended code; 0 is success
    std::string stage{}; ///< open, configure, begin, read, insert, commit; empty when ok
    std::string text{};  ///< what SQLite said; for `count` the number
};
BOOST_DESCRIBE_STRUCT(RequestResult, (), (result, code, stage, text))

/// 200, 500 or 503; a refused request's status is its reader's business.
unsigned status_of(const RequestResult& result);
/// {"result":"locked","code":5,"stage":"insert","text":"database is locked"}
std::string body_of(const RequestResult& result);
/// nullopt for a body that is not one of ours.
std::optional<RequestResult> result_from(std::string_view body);

} // namespace firstlock::web

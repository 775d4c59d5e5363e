#include "helpers/web/outcomes.hpp"

namespace firstlock::web {
namespace {

/// Rows that the request had committed before it was refused at `stage`, at most.
unsigned rows_before(const Request& request, const std::string& stage)
{
    if (stage == "open" || stage == "configure") {
        return 0; // no statement was run
    }
    switch (request.endpoint) {
    case Endpoint::insert_many:
        return request.rows() - 1; // of all but the last, each has a commit of its own
    case Endpoint::write_read:
        return stage == "read" ? 1 : 0; // its write has been committed by then
    default:
        return 0;
    }
}

} // namespace

RequestOutcome outcome_of(const Request& request, const RequestResult& result, bool is_atomic)
{
    RequestOutcome became{request.id->sequence, request.rows()};
    switch (result.result) {
    case Result::ok:
        became.outcome = Outcome::acknowledged;
        break;
    case Result::exhausted:
    case Result::refused:
        became.outcome = Outcome::failed;
        break;
    case Result::locked:
    case Result::failed:
        // Whether the site's insert is a transaction of its own its clients do not know: it may be.
        became.outcome = outcome_of(Refusal{.locked = result.result == Result::locked,
                                            .code = result.code,
                                            .stage = result.stage,
                                            .autocommit = !is_atomic});
        if (became.outcome != Outcome::unknown && !is_atomic) {
            became.may_remain = rows_before(request, result.stage);
        }
    }
    return became;
}

} // namespace firstlock::web

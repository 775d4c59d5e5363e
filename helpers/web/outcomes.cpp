#include "helpers/web/outcomes.hpp"

#include "helpers/described/json.hpp"

#include <fstream>
#include <stdexcept>

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

void write_outcomes(const std::filesystem::path& file, const SenderOutcomes& outcomes)
{
    std::ofstream out(file, std::ios::binary | std::ios::trunc);
    if (!(out << nlohmann::json(outcomes) << std::flush)) {
        throw std::runtime_error("'" + file.string() + "' cannot be written to its end");
    }
}

SenderOutcomes read_outcomes(const std::filesystem::path& file)
{
    std::ifstream in(file, std::ios::binary);
    try {
        return nlohmann::json::parse(in).get<SenderOutcomes>();
    } catch (const std::exception& error) {
        throw std::runtime_error("'" + file.string() + "': " + error.what());
    }
}

} // namespace firstlock::web

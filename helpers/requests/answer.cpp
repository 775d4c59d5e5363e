#include "helpers/requests/answer.hpp"

#include <nlohmann/json.hpp>

#include <stdexcept>

namespace firstlock {

using nlohmann::json;

std::string format(const Answer& answer)
{
    const json object{{"code", answer.code},         {"message", answer.message},
                      {"took_ms", answer.took_ms},   {"sleeps", answer.sleeps},
                      {"slept_ms", answer.slept_ms}, {"rows", answer.rows}};
    // A BLOB is no UTF-8; its place in the answer is of more use than an exception.
    return std::string(session_answer) +
           object.dump(-1, ' ', false, json::error_handler_t::replace);
}

Answer answer_from(std::string_view line)
{
    try {
        if (!line.starts_with(session_answer)) {
            throw std::runtime_error("it does not begin with '" + std::string(session_answer) +
                                     "'");
        }
        const json object = json::parse(line.substr(session_answer.size()));
        return {.code = object.at("code"),
                .message = object.at("message"),
                .took_ms = object.at("took_ms"),
                .sleeps = object.at("sleeps"),
                .slept_ms = object.at("slept_ms"),
                .rows = object.at("rows")};
    } catch (const std::exception& error) {
        throw std::runtime_error("no answer of a session: '" + std::string(line.substr(0, 200)) +
                                 "': " + error.what());
    }
}

} // namespace firstlock

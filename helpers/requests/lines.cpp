#include "helpers/requests/lines.hpp"

#include "helpers/described/task.hpp"
#include "helpers/requests/session_protocol.hpp"
#include "helpers/requests/user_protocol.hpp"

namespace firstlock {

template <typename Said>
std::string line_of(const Said& said)
{
    // A BLOB is not UTF-8; its place in the line is of more use than an exception.
    return std::string(Said::prefix) +
           nlohmann::json(said).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

template <typename Said>
Said said_in(std::string_view line)
{
    try {
        if (!line.starts_with(Said::prefix)) {
            throw JsonError("it does not begin with '" + std::string(Said::prefix) + "'");
        }
        return task_from<Said>(line.substr(Said::prefix.size()));
    } catch (const JsonError& error) {
        throw std::runtime_error("not understood: '" + std::string(line.substr(0, 200)) +
                                 "': " + error.what());
    }
}

template std::string line_of(const UserTask&);
template UserTask said_in(std::string_view);
template std::string line_of(const RequestReport&);
template RequestReport said_in(std::string_view);
template std::string line_of(const SessionTask&);
template SessionTask said_in(std::string_view);
template std::string line_of(const StatementAnswer&);
template StatementAnswer said_in(std::string_view);

} // namespace firstlock

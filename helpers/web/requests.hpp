#pragma once

#include "helpers/sqlite/connection.hpp"
#include "helpers/web/api.hpp"
#include "helpers/web/server_settings.hpp"

namespace firstlock::web {

/// Runs the statements of one request that touches the database. A refusal is an answer, never an
/// exception; no transaction is left open behind it. `request.id` must be set where the request has
/// rows.
RequestResult run_request(const Request& request, Connection& connection,
                          const ServerSettings& settings);

/// The answer for a refusal by SQLite at `stage`.
RequestResult refused(int code, std::string stage, std::string text);

} // namespace firstlock::web

#include "helpers/web/requests.hpp"

#include "helpers/requests/engine.hpp"
#include "helpers/sqlite/error.hpp"

#include <algorithm>
#include <ctime>

namespace firstlock::web {
namespace {

using namespace std::chrono_literals;

std::chrono::nanoseconds processor_time()
{
    timespec now{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
}

/// What hashing a password or rendering a template does to the machine: it takes a processor for
/// that long.
void work(std::chrono::milliseconds duration)
{
    const auto end = processor_time() + duration;
    while (processor_time() < end) {
    }
}

std::vector<std::string> rows_of(const Request& request)
{
    std::vector<std::string> rows(std::max(1U, request.rows()));
    for (std::uint32_t row = 0; row < request.rows(); ++row) {
        rows[row] = row_text(*request.id, row);
    }
    return rows;
}

} // namespace

RequestResult refused(int code, std::string stage, std::string text)
{
    return {is_locked_code(code) ? Result::locked : Result::failed, code, std::move(stage),
            std::move(text)};
}

RequestResult run_request(const Request& request, Connection& connection,
                          const ServerSettings& settings)
{
    const auto duration = request.endpoint == Endpoint::create_user ? settings.create_user_work
                                                                    : settings.between_statements;
    RequestEngine engine(connection, {.transaction = settings.sqlite.transaction,
                                      .atomic_requests = settings.atomic_requests,
                                      .work = [duration] { work(duration); }});
    RequestReport report{.kind = request.endpoint};
    engine.run(report, rows_of(request));
    if (!report.served()) {
        return refused(report.code, report.stage == "write" ? "insert" : report.stage,
                       engine.refusal_text());
    }
    RequestResult answer;
    if (request.endpoint == Endpoint::count) {
        answer.text = engine.value();
    }
    return answer;
}

} // namespace firstlock::web

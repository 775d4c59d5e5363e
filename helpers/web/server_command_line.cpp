#include "helpers/web/server_command_line.hpp"

#include <CLI/CLI.hpp>

#include <map>

namespace firstlock::web {
namespace {

using Milliseconds = std::chrono::milliseconds;

void add_milliseconds(CLI::App& app, const std::string& name, Milliseconds& target,
                      const std::string& description)
{
    app.add_option_function<std::int64_t>(
           name, [&target](std::int64_t value) { target = Milliseconds(value); }, description)
        ->check(CLI::Range(std::int64_t{0}, std::int64_t{3'600'000}))
        ->default_str(std::to_string(target.count()));
}

void add_sqlite_options(CLI::App& app, ServerSettings& settings)
{
    static const std::map<std::string, Transaction> transactions{
        {"autocommit", Transaction::autocommit},
        {"deferred", Transaction::deferred},
        {"immediate", Transaction::immediate},
        {"exclusive", Transaction::exclusive}};
    static const std::map<std::string, Retry> retries{{"sqlite", Retry::sqlite},
                                                      {"constant", Retry::constant}};
    app.add_option("--database", settings.database,
                   "an existing file with the table messages(ts, msg)")
        ->required()
        ->check(CLI::ExistingFile);
    app.add_option("--journal-mode", settings.sqlite.journal_mode,
                   "set by each connection; wal and delete are the file's and are left alone")
        ->check(CLI::IsMember({"delete", "wal", "truncate", "persist", "memory", "off"}));
    app.add_option("--synchronous", settings.sqlite.synchronous, "SQLite's word")
        ->check(CLI::IsMember({"off", "normal", "full", "extra"}));
    add_milliseconds(app, "--timeout-ms", settings.sqlite.busy_timeout,
                     "busy timeout of each connection");
    app.add_option("--transaction", settings.sqlite.transaction, "what an insert runs in")
        ->transform(CLI::CheckedTransformer(transactions, CLI::ignore_case));
    app.add_option("--retry", settings.sqlite.retry, "how a connection waits for a lock")
        ->transform(CLI::CheckedTransformer(retries, CLI::ignore_case));
    app.add_flag("--atomic-requests", settings.atomic_requests,
                 "each request that writes is one transaction");
    add_milliseconds(app, "--create-user-work-ms", settings.create_user_work,
                     "processor time of hashing a password");
    add_milliseconds(app, "--between-ms", settings.between_statements,
                     "processor time between read and write");
}

void add_connection_options(CLI::App& app, ServerSettings& settings)
{
    static const std::map<std::string, ConnectionPolicy> policies{
        {"request", ConnectionPolicy::per_request},
        {"thread", ConnectionPolicy::per_thread},
        {"pool", ConnectionPolicy::pool}};
    app.add_option("--connections", settings.connections,
                   "one per request, one per thread, or a pool")
        ->transform(CLI::CheckedTransformer(policies, CLI::ignore_case));
    app.add_option("--pool-size", settings.pool_size, "connections of the pool of each process")
        ->check(CLI::Range(1, 1000));
    add_milliseconds(app, "--pool-wait-ms", settings.pool_wait,
                     "wait for one of the pool, then 503");
    app.add_option("--processes", settings.processes, "worker processes")->check(CLI::Range(1, 64));
    app.add_option("--threads", settings.threads, "threads of each process that run requests")
        ->check(CLI::Range(1, 1000));
}

void add_http_options(CLI::App& app, ServerSettings& settings)
{
    app.add_option("--address", settings.address, "where to listen");
    app.add_option("--port", settings.port, "0: the system chooses");
    app.add_flag("--allow-remote", settings.allow_remote, "let --address be another than loopback");
    add_milliseconds(app, "--idle-timeout-ms", settings.idle_timeout, "wait for a next request");
    add_milliseconds(app, "--header-timeout-ms", settings.header_timeout, "for a whole header");
    add_milliseconds(app, "--body-timeout-ms", settings.body_timeout, "for a whole body");
    add_milliseconds(app, "--drain-timeout-ms", settings.drain_timeout,
                     "for requests in flight at SIGTERM");
    app.add_flag("--stop-at-end-of-stdin", settings.stop_at_end_of_stdin,
                 "stop as with SIGTERM when stdin ends");
}

} // namespace

std::optional<int> parse_server_command_line(int argc, char** argv, ServerSettings& settings)
{
    CLI::App app{"HTTP server whose requests write to SQLite. Prints `ready PORT`."};
    app.option_defaults()->always_capture_default();
    add_sqlite_options(app, settings);
    add_connection_options(app, settings);
    add_http_options(app, settings);
    try {
        app.parse(argc, argv);
        return std::nullopt;
    } catch (const CLI::ParseError& error) {
        return app.exit(error);
    }
}

} // namespace firstlock::web

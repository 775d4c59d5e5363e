#include "helpers/web/requests.hpp"

#include "helpers/sqlite/error.hpp"

#include <sqlite3.h>

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
    std::uint64_t hash = 0x9e3779b97f4a7c15;
    while (duration > 0ms && processor_time() < end) {
        for (int round = 0; round < 10'000; ++round) {
            hash = (hash ^ (hash >> 30U)) * 0xbf58476d1ce4e5b9 + 1;
        }
    }
    volatile std::uint64_t result = hash; // keeps the loop
    static_cast<void>(result);
}

/// The statements of one request, in order; after the first refusal the others are passed over.
class Statements {
  public:
    Statements(Connection& connection, const Request& request)
        : connection_(connection), request_(request)
    {
    }

    /// Leaves no transaction behind, whatever happened.
    ~Statements()
    {
        if (sqlite3_get_autocommit(connection_.handle()) == 0) {
            connection_.try_execute("ROLLBACK");
        }
    }
    Statements(const Statements&) = delete;
    Statements& operator=(const Statements&) = delete;

    void begin(Transaction kind)
    {
        if (const char* const statement = begin_of(kind)) {
            run("begin", statement);
        }
    }

    void commit()
    {
        if (sqlite3_get_autocommit(connection_.handle()) == 0) {
            run("commit", "COMMIT");
        }
    }

    /// The newest row, as a page that shows it would.
    void read() { run("read", "SELECT msg FROM messages ORDER BY rowid DESC LIMIT 1"); }

    /// The next row of the request.
    void insert()
    {
        if (!ok()) {
            return;
        }
        try {
            Statement statement(connection_, "INSERT INTO messages(msg) VALUES (?)");
            statement.bind(1, row_text(*request_.id, row_++));
            take("insert", statement.run());
        } catch (const SqliteError& error) { // preparing reads the schema, which may be locked
            answer_ = refused(error.code(), "insert", error.what());
        }
    }

    void count()
    {
        try {
            answer_.text = std::to_string(connection_.integer("SELECT count(*) FROM messages"));
        } catch (const SqliteError& error) {
            answer_ = refused(error.code(), "read", error.what());
        }
    }

    bool ok() const { return answer_.result == Result::ok; }
    const RequestResult& answer() const { return answer_; }

  private:
    void run(const char* stage, const char* sql)
    {
        if (ok()) {
            take(stage, connection_.try_execute(sql));
        }
    }

    void take(const char* stage, int code)
    {
        if (code != SQLITE_OK) {
            answer_ = refused(code, stage, connection_.last_message());
        }
    }

    Connection& connection_;
    const Request& request_;
    std::uint32_t row_ = 0;
    RequestResult answer_;
};

/// Read and write in either order; with work between them, which is what decides how often a
/// deferred transaction is refused.
void read_and_write(Statements& statements, bool read_first, const ServerSettings& settings)
{
    if (read_first) {
        statements.read();
    } else {
        statements.insert();
    }
    if (statements.ok()) {
        work(settings.between_statements);
    }
    if (read_first) {
        statements.insert();
    } else {
        statements.read();
    }
}

void insert_rows(Statements& statements, unsigned rows, Transaction each)
{
    for (unsigned row = 0; row < rows && statements.ok(); ++row) {
        statements.begin(each);
        statements.insert();
        if (each !=
            Transaction::autocommit) { // else an open transaction is that of the whole request
            statements.commit();
        }
    }
}

void run_statements(const Request& request, const ServerSettings& settings, Statements& statements)
{
    const Transaction kind = settings.sqlite.transaction;
    // What Django's atomic() opens: a deferred transaction, unless the database is set to another
    // kind.
    const Transaction atomic = kind == Transaction::autocommit ? Transaction::deferred : kind;
    if (settings.atomic_requests && request.endpoint < Endpoint::read_write_transaction) {
        statements.begin(atomic);
    }
    const Transaction each = settings.atomic_requests ? Transaction::autocommit : kind;
    switch (request.endpoint) {
    case Endpoint::ping:
        break;
    case Endpoint::count:
        statements.count();
        break;
    case Endpoint::insert:
    case Endpoint::insert_many:
        insert_rows(statements, request.rows(), each);
        break;
    case Endpoint::create_user:
        statements.begin(settings.atomic_requests ? Transaction::autocommit : atomic);
        statements.read();
        work(settings.create_user_work);
        statements.insert();
        break;
    case Endpoint::read:
        statements.read();
        break;
    case Endpoint::write:
        statements.insert();
        break;
    case Endpoint::read_write:
    case Endpoint::write_read:
        read_and_write(statements, request.endpoint == Endpoint::read_write, settings);
        break;
    case Endpoint::read_write_transaction:
    case Endpoint::read_write_transaction_immediate:
    case Endpoint::write_read_transaction:
        statements.begin(request.endpoint == Endpoint::read_write_transaction_immediate
                             ? Transaction::immediate
                             : Transaction::deferred);
        read_and_write(statements, request.endpoint != Endpoint::write_read_transaction, settings);
        break;
    }
    statements.commit();
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
    Statements statements(connection, request);
    run_statements(request, settings, statements);
    return statements.answer();
}

} // namespace firstlock::web

#include "helpers/faults/fault_acts.hpp"

#include "helpers/described/names.hpp"
#include "helpers/rows/ledger.hpp"
#include "helpers/sqlite/connection.hpp"
#include "helpers/sqlite/error.hpp"
#include "helpers/sqlite/payload.hpp"

#include <boost/uuid/uuid_io.hpp>

#include <sqlite3.h>

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <optional>
#include <random>
#include <vector>

namespace firstlock {
namespace {

/// Whoever has started us wants no more, or is gone.
bool stdin_has_something()
{
    pollfd entry{STDIN_FILENO, POLLIN, 0};
    return ::poll(&entry, 1, 0) != 0;
}

class Transactor {
  public:
    Transactor(const FaultTask& task, BlackBox& box, const OperationLog& log)
        : task_(task), box_(box), log_(log),
          random_((std::uint64_t{task.tag} << 32U) + task.writer), connection_(open())
    {
    }

    /// The next transaction, whatever comes of it; false when the box is full.
    bool transact();
    /// One checkpoint of a random kind.
    bool checkpoint();

  private:
    Connection open();
    bool transact_in_forked_children();
    std::optional<std::uint32_t> begin();
    void insert_all(std::uint32_t number);
    int insert_rows(std::uint32_t number, std::uint32_t rows);
    void acknowledge(std::uint32_t number);

    const FaultTask& task_;
    BlackBox& box_;
    const OperationLog& log_;
    std::mt19937_64 random_;
    Connection connection_;
};

Connection Transactor::open()
{
    Connection connection(task_.database, {.busy_timeout = task_.settings.busy_timeout});
    // The first statement that reads is the one that recovers what a killed process left behind.
    box_.header().is_opening = 1;
    connection.column("SELECT count(*) FROM sqlite_schema");
    box_.header().is_opening = 0;
    if (!task_.second.empty()) {
        connection.execute("ATTACH '" + task_.second.string() + "' AS second");
        connection.execute("PRAGMA second.synchronous=" + task_.settings.synchronous);
    }
    configure(connection, task_.settings); // a journal mode is of all attached files
    // Few pages: transactions spill into the file before they commit.
    connection.execute("PRAGMA foreign_keys=ON; PRAGMA cache_size=10");
    if (task_.autocheckpoint > 0) {
        connection.column("PRAGMA wal_autocheckpoint=" + std::to_string(task_.autocheckpoint));
    }
    return connection;
}

bool Transactor::transact()
{
    if (task_.mutation == Mutation::carries_handle_across_fork) {
        return transact_in_forked_children();
    }
    const auto number = begin();
    if (number) {
        insert_all(*number);
    }
    return number.has_value();
}

std::optional<std::uint32_t> Transactor::begin()
{
    constexpr int rows_max = 5;
    const auto number =
        box_.begin(Step::begin, static_cast<std::uint8_t>(1 + random_() % rows_max));
    if (number) {
        log_.add(
            {.kind = Operation::Kind::begun, .offset = *number, .rows = box_.slot(*number).rows});
    }
    return number;
}

void Transactor::acknowledge(std::uint32_t number)
{
    Slot& slot = box_.slot(number);
    log_.add({.kind = Operation::Kind::acknowledged, .offset = number, .rows = slot.rows});
    slot.tell(Outcome::acknowledged, 0);
}

void Transactor::insert_all(std::uint32_t number)
{
    Slot& slot = box_.slot(number);
    Step step = Step::begin; // the one in the box is ahead of it in one of the mutations
    int code = connection_.try_execute(begin_of(task_.settings.transaction));
    const auto is_refused = [&] {
        if (code == SQLITE_OK || task_.mutation == Mutation::ignores_busy) {
            return false;
        }
        // SQLite rolls back by itself after some errors; where it cannot roll back now, the journal
        // does it later.
        connection_.try_execute("ROLLBACK");
        slot.tell(outcome_of(Refusal{.code = code, .stage = name_of(step)}), code);
        return true;
    };
    if (is_refused()) {
        return;
    }
    slot.step = step = Step::insert;
    code = insert_rows(number, slot.rows);
    if (task_.mutation == Mutation::closes_database_file) {
        // Any close of a descriptor of the file gives up all of this process's POSIX locks on it.
        ::close(::open(task_.database.c_str(), O_RDONLY | O_CLOEXEC));
    }
    if (is_refused()) {
        return;
    }
    slot.step = step = Step::commit;
    if (task_.mutation == Mutation::acknowledges_before_commit) {
        acknowledge(number);
    }
    code = connection_.try_execute("COMMIT");
    if (is_refused()) {
        return;
    }
    if (code != SQLITE_OK) {
        connection_.try_execute("ROLLBACK");
    }
    acknowledge(number);
}

int Transactor::insert_rows(std::uint32_t number, std::uint32_t rows)
{
    constexpr std::size_t payload_bytes_max = 3000;
    const auto name = [&](std::uint32_t row) {
        return boost::uuids::to_string(row_name(task_.tag, task_.writer, number, row));
    };
    const auto insert_into = [](const char* schema) {
        return "INSERT INTO " + std::string(schema) +
               ".messages(msg, batch, payload) VALUES (?, ?, ?)";
    };
    try {
        const std::string batch = name(0);
        Statement head(connection_, "INSERT INTO batches(id) VALUES (?)");
        head.bind(1, batch);
        int code = head.run();
        Statement insert(connection_, insert_into("main"));
        std::optional<Statement> second;
        if (!task_.second.empty()) {
            second.emplace(connection_, insert_into("second"));
        }
        for (std::uint32_t row = 0; row < rows && code == SQLITE_OK; ++row) {
            Statement& into = row % 2 == 1 && second ? *second : insert;
            const std::string text = name(row);
            into.bind(1, text);
            if (&into == &insert) { // the other file has no batches
                into.bind(2, batch);
            }
            into.bind(3, payload_of(text, random_() % (payload_bytes_max + 1)));
            code = into.run();
        }
        return code;
    } catch (const SqliteError& error) {
        return error.code();
    }
}

// What Python's multiprocessing does to a program that has opened its database before: the children
// work on connections of their own, which believe in locks that only the parent holds, until it
// closes its handle.
bool Transactor::transact_in_forked_children()
{
    constexpr int children_max = 4;
    std::vector<pid_t> children;
    for (int index = 0; index < children_max; ++index) {
        const auto number = begin();
        const std::uint64_t seed = random_();
        const pid_t child = number ? ::fork() : -1;
        if (child == 0) {
            FaultTask honest = task_;
            honest.mutation = Mutation::none;
            {
                Transactor own(honest, box_, log_);
                own.random_.seed(seed);
                own.insert_all(*number);
                connection_ = Connection(":memory:"); // which closes the inherited handle
            }
            ::_exit(0);
        }
        children.push_back(child);
    }
    connection_ = Connection(":memory:");
    for (const pid_t child : children) {
        if (child > 0) {
            ::waitpid(child, nullptr, 0);
        }
    }
    connection_ = open();
    return children.back() > 0;
}

bool Transactor::checkpoint()
{
    constexpr std::array<int, 4> kinds{SQLITE_CHECKPOINT_PASSIVE, SQLITE_CHECKPOINT_FULL,
                                       SQLITE_CHECKPOINT_RESTART, SQLITE_CHECKPOINT_TRUNCATE};
    const auto number = box_.begin(Step::insert, 0);
    if (number) {
        const int code = sqlite3_wal_checkpoint_v2(
            connection_.handle(), "main", kinds.at(random_() % kinds.size()), nullptr, nullptr);
        box_.slot(*number).tell(code == SQLITE_OK ? Outcome::acknowledged : Outcome::locked, code);
    }
    return number.has_value();
}

} // namespace

// A disk that fails can fail the opening too. That is no transaction, so nothing has to be told; it
// is tried again, as a server would at the next request.
void run_transactions(const FaultTask& task, BlackBox& box, const OperationLog& log)
{
    constexpr int openings_max = 50;
    std::optional<Transactor> transactor;
    for (int tries = 1; !transactor; ++tries) {
        try {
            transactor.emplace(task, box, log);
        } catch (const SqliteError&) {
            if (tries == openings_max || stdin_has_something()) {
                throw;
            }
        }
    }
    bool more = true;
    for (std::uint32_t done = 0;
         more && (task.transactions == 0 ? !stdin_has_something() : done < task.transactions);
         ++done) {
        more = task.checkpoints ? transactor->checkpoint() : transactor->transact();
    }
}

} // namespace firstlock

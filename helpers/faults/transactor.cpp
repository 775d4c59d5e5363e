#include "helpers/faults/transactor.hpp"

#include "helpers/sqlite/error.hpp"

#include <boost/uuid/uuid_io.hpp>

#include <sqlite3.h>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>

namespace firstlock {
namespace {

/// Several rows in one transaction need one to be opened, whatever a single row would do with.
const char* opening_of(Transaction transaction)
{
    return begin_of(transaction == Transaction::autocommit ? Transaction::immediate : transaction);
}

/// Any close of a descriptor of the file gives up all of this process's POSIX locks on it.
void open_and_close(const std::filesystem::path& file)
{
    ::close(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
}

/// A payload that tells whether it is whole, and whose it is.
std::string repeated(const std::string& text, std::size_t length)
{
    std::string payload;
    payload.reserve(length + text.size());
    while (payload.size() < length) {
        payload += text;
    }
    payload.resize(length);
    return payload;
}

} // namespace

Transactor::Transactor(const FaultTask& task, BlackBox& box, OperationLog* log)
    : task_(task), box_(box), log_(log), random_(task.seed + task.writer),
      connection_(task.database, {.busy_timeout = task.settings.busy_timeout})
{
    configure();
}

void Transactor::configure()
{
    // The first statement that reads is the one that recovers what a killed process left behind.
    box_.header().is_opening = 1;
    connection_.column("SELECT count(*) FROM sqlite_schema");
    box_.header().is_opening = 0;
    const std::string& mode = task_.settings.journal_mode;
    if (mode != "wal" && mode != "delete") {
        connection_.column("PRAGMA journal_mode=" + mode);
    }
    connection_.execute("PRAGMA synchronous=" + task_.settings.synchronous);
    connection_.execute("PRAGMA foreign_keys=ON");
    connection_.execute("PRAGMA cache_size=" + std::to_string(task_.cache_pages));
    if (task_.autocheckpoint > 0) {
        connection_.column("PRAGMA wal_autocheckpoint=" + std::to_string(task_.autocheckpoint));
    }
    if (!task_.second.empty()) {
        connection_.execute("ATTACH '" + task_.second.string() + "' AS second");
        if (mode != "wal" && mode != "delete") {
            connection_.column("PRAGMA second.journal_mode=" + mode);
        }
        connection_.execute("PRAGMA second.synchronous=" + task_.settings.synchronous);
    }
}

bool Transactor::transact()
{
    if (task_.mutation == Mutation::carries_handle_across_fork) {
        return transact_in_forked_children();
    }
    const auto number = next_slot();
    if (number) {
        insert_all(box_.slot(*number), *number);
    }
    return number.has_value();
}

std::optional<std::uint32_t> Transactor::next_slot()
{
    BoxHeader& header = box_.header();
    const std::uint32_t number = header.begun;
    if (number >= BlackBox::slots_most) {
        return std::nullopt;
    }
    Slot& slot = box_.slot(number);
    slot.rows = static_cast<std::uint8_t>(1 + random_() % task_.rows_most);
    slot.fate = Fate::waiting;
    header.begun = number + 1;
    if (log_ != nullptr) {
        log_->note(Operation::Kind::begun, number, slot.rows);
    }
    return number;
}

void Transactor::insert_all(Slot& slot, std::uint32_t number)
{
    const bool ignores_busy = task_.mutation == Mutation::ignores_busy;
    int code = connection_.try_execute(opening_of(task_.settings.transaction));
    if (code != SQLITE_OK && !ignores_busy) {
        refused(slot, number, code, false);
        return;
    }
    slot.fate = Fate::inside;
    code = insert_rows(number, slot.rows);
    if (task_.mutation == Mutation::closes_database_file) {
        open_and_close(task_.database);
    }
    if (code != SQLITE_OK && !ignores_busy) {
        refused(slot, number, code, false);
        return;
    }
    if (task_.mutation == Mutation::acknowledges_before_commit) {
        tell(slot, number, Fate::acknowledged, 0);
    } else {
        slot.fate = Fate::committing;
    }
    code = connection_.try_execute("COMMIT");
    if (code != SQLITE_OK && !ignores_busy) {
        refused(slot, number, code, true);
        return;
    }
    if (code != SQLITE_OK) {
        connection_.try_execute("ROLLBACK");
    }
    tell(slot, number, Fate::acknowledged, 0);
}

int Transactor::insert_rows(std::uint32_t number, std::uint32_t rows)
{
    try {
        const std::string batch =
            boost::uuids::to_string(row_name(task_.tag, task_.writer, number, 0));
        int code = SQLITE_OK;
        if (!task_.is_plain) {
            Statement head(connection_, "INSERT INTO batches(id) VALUES (?)");
            head.bind(1, batch);
            code = head.run();
        }
        Statement insert(connection_,
                         "INSERT INTO main.messages(msg, batch, payload) VALUES (?, ?, ?)");
        std::unique_ptr<Statement> second;
        if (!task_.second.empty()) {
            second = std::make_unique<Statement>(
                connection_, "INSERT INTO second.messages(msg, batch, payload) VALUES (?, ?, ?)");
        }
        for (std::uint32_t row = 0; row < rows && code == SQLITE_OK; ++row) {
            Statement& into = row % 2 == 1 && second != nullptr ? *second : insert;
            const auto text =
                boost::uuids::to_string(row_name(task_.tag, task_.writer, number, row));
            into.bind(1, text);
            if (!task_.is_plain && &into == &insert) { // the other file has no batches
                into.bind(2, batch);
            }
            into.bind(3, repeated(text, random_() % (task_.payload_most + 1)));
            code = into.run();
        }
        return code;
    } catch (const SqliteError& error) {
        return error.code();
    }
}

void Transactor::refused(Slot& slot, std::uint32_t number, int code, bool at_commit)
{
    // SQLite rolls back by itself after some errors; where it cannot roll back now, the journal
    // does it later.
    connection_.try_execute("ROLLBACK");
    const bool locked = is_locked_code(code);
    tell(slot, number, locked ? Fate::locked : at_commit ? Fate::unknown : Fate::failed, code);
}

void Transactor::tell(Slot& slot, std::uint32_t number, Fate fate, int code)
{
    slot.code = code;
    if (fate == Fate::acknowledged && log_ != nullptr) {
        log_->note(Operation::Kind::acknowledged, number, slot.rows);
    }
    slot.fate = fate;
}

// What Python's multiprocessing does to a program that has opened its database before: the children
// work on connections of their own, which believe in locks that only the parent holds, until it
// closes its handle.
bool Transactor::transact_in_forked_children()
{
    constexpr int children_most = 4;
    std::vector<pid_t> children;
    for (int index = 0; index < children_most; ++index) {
        const auto number = next_slot();
        const pid_t child = number ? ::fork() : -1;
        if (child == 0) {
            FaultTask honest = task_;
            honest.mutation = Mutation::none;
            honest.seed = random_();
            {
                Transactor own(honest, box_, log_);
                own.insert_all(box_.slot(*number), *number);
                connection_ = Connection(":memory:"); // which closes the inherited handle
            }
            ::_exit(0);
        }
        children.push_back(child);
    }
    connection_ = Connection(task_.database, {.busy_timeout = task_.settings.busy_timeout});
    for (const pid_t child : children) {
        if (child > 0) {
            ::waitpid(child, nullptr, 0);
        }
    }
    configure();
    return children.back() > 0;
}

bool Transactor::checkpoint()
{
    constexpr std::array<int, 4> kinds{SQLITE_CHECKPOINT_PASSIVE, SQLITE_CHECKPOINT_FULL,
                                       SQLITE_CHECKPOINT_RESTART, SQLITE_CHECKPOINT_TRUNCATE};
    BoxHeader& header = box_.header();
    const std::uint32_t number = header.begun;
    if (number >= BlackBox::slots_most) {
        return false;
    }
    Slot& slot = box_.slot(number);
    slot.fate = Fate::inside;
    header.begun = number + 1;
    const int code = sqlite3_wal_checkpoint_v2(
        connection_.handle(), "main", kinds.at(random_() % kinds.size()), nullptr, nullptr);
    tell(slot, number, code == SQLITE_OK ? Fate::acknowledged : Fate::locked, code);
    return true;
}

} // namespace firstlock

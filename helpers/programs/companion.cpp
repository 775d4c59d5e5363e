// firstlock-companion TASK: a process that shares the web server's database, until its stdin ends.
// TASK is CompanionTask as JSON (helpers/web/companion.hpp). Prints `ready` once it has its
// connection, and at its end CompanionReport and outcomes as JSON. Exit status 0; 1 when it could
// not start, or the task is not accepted.
#include "helpers/web/companion.hpp"
#include "helpers/programs/task_main.hpp"
#include "helpers/sqlite/connection.hpp"
#include "helpers/sqlite/error.hpp"
#include "helpers/web/account.hpp"
#include "helpers/web/requests.hpp"

#include <poll.h>
#include <unistd.h>

#include <csignal>

namespace {

using namespace firstlock;
using namespace firstlock::web;

class Companion {
  public:
    explicit Companion(const CompanionTask& task)
        : task_(task), connection_(task.database, {.busy_timeout = task.busy_timeout})
    {
        site_.sqlite.synchronous = task.synchronous;
        site_.sqlite.transaction = task.transaction;
        outcomes_.sender = task.sender;
        report_.mode = task.mode;
    }

    void run()
    {
        std::cout << "ready" << std::endl;
        while (!stdin_has_ended()) {
            step();
        }
        report_.pruned = outcomes_.pruned.size();
        std::cout << json_text(SenderEnd<CompanionReport>{report_, outcomes_}) << std::endl;
    }

  private:
    /// Waits for the interval as well. A script that has done all its rows waits for the end.
    bool stdin_has_ended() const
    {
        const bool done =
            task_.mode == CompanionMode::script && outcomes_.requests.size() >= task_.rows_max;
        pollfd entry{STDIN_FILENO, POLLIN, 0};
        const int wait = report_.attempts == 0 ? 0 : static_cast<int>(task_.interval.count());
        ::poll(&entry, 1, done ? -1 : wait);
        char byte = 0;
        return entry.revents != 0 && ::read(STDIN_FILENO, &byte, 1) <= 0;
    }

    void step()
    {
        ++report_.attempts;
        try {
            if (!configured_) { // may be refused like any other step
                configure(connection_, site_.sqlite);
                configured_ = true;
            }
            switch (task_.mode) {
            case CompanionMode::script:
                insert();
                break;
            case CompanionMode::reader:
                read();
                break;
            case CompanionMode::observer:
                connection_.integer("SELECT count(*) FROM messages");
                note(0);
                break;
            case CompanionMode::pruner:
                prune();
                break;
            }
        } catch (const SqliteError& error) {
            // Fails where no transaction is open, and is not needed there.
            connection_.try_execute("ROLLBACK");
            note(error.code());
        }
    }

    void note(int code)
    {
        if (code == 0) {
            ++report_.done;
        } else {
            ++report_.codes[std::to_string(code)];
            ++(is_locked_code(code) ? report_.locked : report_.failed);
        }
    }

    void insert()
    {
        const auto sequence = static_cast<std::uint32_t>(outcomes_.requests.size());
        const Request request{Endpoint::insert, RequestId{task_.sender, sequence}};
        const RequestResult result = run_request(request, connection_, site_);
        outcomes_.requests.push_back(outcome_of(request, result, false));
        note(result.code);
    }

    void read()
    {
        connection_.execute("BEGIN");
        connection_.column("SELECT msg FROM messages ORDER BY rowid DESC LIMIT 20");
        connection_.integer("SELECT count(*) FROM messages");
        connection_.execute("COMMIT");
        note(0);
    }

    /// Half of the rows at once. In autocommit the DELETE is one transaction, and it has committed
    /// when column() returns: what is collected until then and then refused was not deleted.
    void prune()
    {
        const auto used =
            connection_.integer("PRAGMA page_count") - connection_.integer("PRAGMA freelist_count");
        if (used * connection_.integer("PRAGMA page_size") / 1024 <= task_.prune_above_kib) {
            note(0);
            return;
        }
        const auto texts = connection_.column("DELETE FROM messages WHERE rowid <= (SELECT "
                                              "(min(rowid) + max(rowid)) / 2 FROM messages) "
                                              "RETURNING msg");
        outcomes_.pruned.insert(outcomes_.pruned.end(), texts.begin(), texts.end());
        note(0);
    }

    const CompanionTask& task_;
    ServerSettings site_; ///< what its connection is like: as the server's
    Connection connection_;
    SenderOutcomes outcomes_;
    CompanionReport report_;
    bool configured_ = false;
};

void check(const CompanionTask& task)
{
    check_value(exists(task.database), "database", task.database, "an existing file");
    check_word<Synchronous>("synchronous", task.synchronous);
}

} // namespace

int main(int argc, char** argv)
{
    return run_task<CompanionTask>(
        "firstlock-companion", argc, argv, [](const CompanionTask& task) {
            check(task);
            ::signal(SIGTERM,
                     SIG_IGN); // its end is the end of stdin: what it reports has to be whole
            Companion(task).run();
            return 0;
        });
}

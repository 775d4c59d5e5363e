#include "helpers/faults/roles.hpp"

#include "helpers/sqlite/error.hpp"
#include "helpers/writer/say.hpp"

#include <poll.h>
#include <unistd.h>

#include <optional>
#include <string>

namespace firstlock {
namespace {

/// Whoever has started us wants no more, or is gone.
bool stdin_has_something()
{
    pollfd entry{STDIN_FILENO, POLLIN, 0};
    return ::poll(&entry, 1, 0) != 0;
}

} // namespace

// A disk that fails can fail the opening too. That is no transaction, so nothing has to be told; it
// is tried again, as a server would at the next request.
int run_stream(const FaultTask& task, BlackBox& box, OperationLog* log)
{
    say("firstlock ready");
    if (!wait_for_go()) {
        return WriterExit::done;
    }
    constexpr int openings_most = 50;
    std::optional<Transactor> transactor;
    for (int tries = 1; !transactor; ++tries) {
        try {
            transactor.emplace(task, box, log);
        } catch (const SqliteError& error) {
            if (tries == openings_most || stdin_has_something()) {
                say("firstlock failed " + std::to_string(error.code()) + " stage=open");
                return WriterExit::done;
            }
        }
    }
    for (std::uint32_t done = 0; (task.transactions == 0 || done < task.transactions) &&
                                 (task.transactions != 0 || !stdin_has_something());
         ++done) {
        const bool more = task.role == FaultRole::checkpointer ? transactor->checkpoint()
                                                               : transactor->transact();
        if (!more) {
            break;
        }
    }
    say("firstlock ok");
    return WriterExit::done;
}

} // namespace firstlock

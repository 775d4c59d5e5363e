#include "helpers/rows/outcome.hpp"

#include "helpers/sqlite/error.hpp"

#include <sqlite3.h>

namespace firstlock {

Outcome outcome_of(const Refusal& refusal)
{
    if (refusal.locked || (refusal.code && is_locked_code(*refusal.code))) {
        return Outcome::locked;
    }
    const int primary = refusal.code.value_or(SQLITE_IOERR) & 0xff;
    const bool disk = primary == SQLITE_IOERR || primary == SQLITE_FULL;
    const bool writes = refusal.stage == "insert" || refusal.stage == "write";
    const bool may_have_committed =
        refusal.stage == "commit" ||
        (disk && (refusal.stage.empty() || (writes && refusal.autocommit)));
    return may_have_committed ? Outcome::unknown : Outcome::failed;
}

} // namespace firstlock

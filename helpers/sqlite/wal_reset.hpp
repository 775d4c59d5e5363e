#pragma once

#include <string_view>

namespace firstlock {

/// What SQLite's own account (https://sqlite.org/wal.html#walresetbug) says of a version: 3.7.0
/// to 3.51.2 drop acknowledged commits when a checkpoint overlaps with a commit that resets the
/// WAL; fixed in 3.51.3, backported to 3.44.6 and 3.50.7.
enum class WalReset { without_wal, affected, backported, fixed };

constexpr std::string_view wal_reset_reference = "https://sqlite.org/wal.html#walresetbug";

/// `number` as sqlite3_libversion_number() gives it: 3040001 for 3.40.1. It speaks for SQLite's own
/// releases: a distribution that has mended an older one itself keeps its number.
WalReset wal_reset_of(int number);

std::string_view name_of(WalReset verdict);

} // namespace firstlock

#pragma once

#include "helpers/described/names.hpp"

namespace firstlock {

/// What SQLite's own account (https://sqlite.org/wal.html#walresetbug) says of a version: 3.7.0 to
/// 3.51.2 drop acknowledged commits when a checkpoint overlaps with a commit that resets the WAL;
/// fixed in 3.51.3, backported to 3.44.6 and 3.50.7.
enum class WalReset { without_wal, affected, backported, fixed };
BOOST_DESCRIBE_ENUM(WalReset, without_wal, affected, backported, fixed)

/// `number` as sqlite3_libversion_number() gives it: 3040001 for 3.40.1. It speaks for SQLite's own
/// releases: a distribution that has mended an older one itself keeps its number.
constexpr WalReset wal_reset_of(int number)
{
    if (number < 3'007'000) {
        return WalReset::without_wal;
    }
    const auto in_series = [&](int first_mended) {
        return number >= first_mended && number / 1000 == first_mended / 1000;
    };
    if (in_series(3'044'006) || in_series(3'050'007)) {
        return WalReset::backported;
    }
    return number >= 3'051'003 ? WalReset::fixed : WalReset::affected;
}

enum class WalResetEnd { passes, warns, fails };

/// What a probe comes to. `fails`: FIRSTLOCK_WAL_RESET is "fail", so that a version which has the
/// bug is no excuse.
constexpr WalResetEnd end_of_probe(WalReset version, bool has_loss, bool fails)
{
    if (!has_loss) {
        return WalResetEnd::passes;
    }
    return version == WalReset::affected && !fails ? WalResetEnd::warns : WalResetEnd::fails;
}

} // namespace firstlock

// Goal:   the version of SQLite says whether it has the WAL-reset bug, and a loss to it is a warning
//         or a failure as the setting says; any other loss is a failure.
// Method: the first and the last version of each series that SQLite's own account names; each
//         version with each setting.
#include "tests/faults/wal_reset_versions.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace firstlock;

TEST_CASE("faults.the WAL-reset bug is known by version")
{
    CHECK(wal_reset_of(3'006'023) == WalReset::without_wal);
    CHECK(wal_reset_of(3'007'000) == WalReset::affected);
    CHECK(wal_reset_of(3'040'001) == WalReset::affected);
    CHECK(wal_reset_of(3'044'005) == WalReset::affected);
    CHECK(wal_reset_of(3'044'006) == WalReset::backported);
    CHECK(wal_reset_of(3'045'000) == WalReset::affected);
    CHECK(wal_reset_of(3'050'006) == WalReset::affected);
    CHECK(wal_reset_of(3'050'007) == WalReset::backported);
    CHECK(wal_reset_of(3'051'002) == WalReset::affected);
    CHECK(wal_reset_of(3'051'003) == WalReset::fixed);
    CHECK(wal_reset_of(3'053'000) == WalReset::fixed);
}

TEST_CASE("faults.a loss to the WAL-reset bug warns or fails as it is set and any other fails")
{
    for (const bool fails : {false, true}) {
        for (const WalReset version :
             {WalReset::without_wal, WalReset::affected, WalReset::backported, WalReset::fixed}) {
            const bool is_excused = version == WalReset::affected && !fails;
            CAPTURE(name_of(version), fails);
            CHECK(end_of_probe(version, false, fails) == WalResetEnd::passes);
            CHECK(end_of_probe(version, true, fails) ==
                  (is_excused ? WalResetEnd::warns : WalResetEnd::fails));
        }
    }
}

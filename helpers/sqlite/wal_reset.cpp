#include "helpers/sqlite/wal_reset.hpp"

namespace firstlock {

WalReset wal_reset_of(int number)
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

std::string_view name_of(WalReset verdict)
{
    switch (verdict) {
    case WalReset::without_wal:
        return "without WAL";
    case WalReset::affected:
        return "affected";
    case WalReset::backported:
        return "fixed by a backport";
    case WalReset::fixed:
        break;
    }
    return "fixed";
}

} // namespace firstlock

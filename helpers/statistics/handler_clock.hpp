#pragma once

namespace firstlock {

/// What a handler can wait in all: the sums of SQLite's delays, 1 2 5 10 15 20 25 25 25 50 50 100
/// 100 … ms, so 228 + 100 k from 228 on (sqliteDefaultBusyCallback in main.c); of a handler that
/// goes by the clock every millisecond.
enum class HandlerClock { sqlite, wall };

/// The largest sum below `ms`, and the smallest of at least `ms`. At 0 and below: 0.
double sum_below_ms(HandlerClock clock, double ms);
double sum_from_ms(HandlerClock clock, double ms);

} // namespace firstlock

#pragma once

#ifdef __cplusplus
extern "C" {
#endif

/* One transaction per row, as the profile `recommended` has it (BEGIN IMMEDIATE, synchronous
 * NORMAL), by a plain loop over SQLite's C API. `texts` are the `count` rows for messages(msg) in
 * the existing file `database`. Gives back SQLite's code of the first refusal, 0 for none. */
int firstlock_plain_inserts(const char* database, const char* const* texts, int count);

#ifdef __cplusplus
}
#endif

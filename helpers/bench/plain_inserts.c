#include "helpers/bench/plain_inserts.h"

#include <sqlite3.h>
#include <stddef.h>

int firstlock_plain_inserts(const char* database, const char* const* texts, int count)
{
    sqlite3* connection = NULL;
    sqlite3_stmt* insert = NULL;
    int code = sqlite3_open_v2(database, &connection, SQLITE_OPEN_READWRITE, NULL);
    if (code == SQLITE_OK) {
        sqlite3_busy_timeout(connection, 60000);
        code = sqlite3_exec(connection, "PRAGMA synchronous=normal", NULL, NULL, NULL);
    }
    if (code == SQLITE_OK) {
        code = sqlite3_prepare_v2(connection, "INSERT INTO messages(msg) VALUES (?)", -1, &insert,
                                  NULL);
    }
    for (int row = 0; row < count && code == SQLITE_OK; ++row) {
        code = sqlite3_exec(connection, "BEGIN IMMEDIATE", NULL, NULL, NULL);
        if (code == SQLITE_OK) {
            sqlite3_bind_text(insert, 1, texts[row], -1, SQLITE_TRANSIENT);
            code = sqlite3_step(insert);
            sqlite3_reset(insert);
            code =
                code == SQLITE_DONE ? sqlite3_exec(connection, "COMMIT", NULL, NULL, NULL) : code;
        }
    }
    sqlite3_finalize(insert);
    sqlite3_close(connection);
    return code;
}

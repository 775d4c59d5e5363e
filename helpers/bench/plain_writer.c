/* The same work as firstlock-writer's for the profile `recommended`, with nothing but SQLite calls:
 * what starting up and being released cost where there is no suite.
 *
 *   firstlock-plain-writer DATABASE TEXT [DESCRIPTOR]
 *
 * Opens DATABASE, prepares the insert of TEXT, prints "ready"; waits for a line on stdin, or, with
 * the DESCRIPTOR of a shared int, until a futex on it is woken; inserts in BEGIN IMMEDIATE ...
 * COMMIT; prints "CODE START END" (0 for success, times in nanoseconds of CLOCK_MONOTONIC). Exit
 * status 0, 1 if it could not get ready, 2 for a wrong call. */
#include <sqlite3.h>

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#ifdef __linux__
#include <linux/futex.h>
#include <sys/syscall.h>
#endif

static long long monotonic_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static int* map_gate(const char* descriptor)
{
    void* gate = mmap(NULL, sizeof(int), PROT_READ | PROT_WRITE, MAP_SHARED, atoi(descriptor), 0);
    return gate == MAP_FAILED ? NULL : gate;
}

static int wait_for_gate(int* gate)
{
    char line[16];
    if (gate == NULL) {
        return fgets(line, sizeof line, stdin) != NULL;
    }
#ifdef __linux__
    while (__atomic_load_n(gate, __ATOMIC_ACQUIRE) == 0) {
        syscall(SYS_futex, gate, FUTEX_WAIT, 0, NULL, NULL, 0);
    }
    return 1;
#else
    return 0;
#endif
}

static int insert(sqlite3* database, sqlite3_stmt* statement)
{
    int code = sqlite3_exec(database, "BEGIN IMMEDIATE", NULL, NULL, NULL);
    if (code == SQLITE_OK) {
        code = sqlite3_step(statement);
        sqlite3_reset(statement);
        code = code == SQLITE_DONE ? sqlite3_exec(database, "COMMIT", NULL, NULL, NULL) : code;
    }
    return code;
}

int main(int argc, char** argv)
{
    sqlite3* database = NULL;
    sqlite3_stmt* statement = NULL;
    int* gate = NULL;
    if (argc != 3 && argc != 4) {
        fprintf(stderr, "usage: firstlock-plain-writer DATABASE TEXT [DESCRIPTOR]\n");
        return 2;
    }
    if (argc == 4 && (gate = map_gate(argv[3])) == NULL) {
        perror("firstlock-plain-writer: mmap");
        return 1;
    }
    if (sqlite3_open_v2(argv[1], &database, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK ||
        sqlite3_extended_result_codes(database, 1) != SQLITE_OK ||
        sqlite3_busy_timeout(database, 30000) != SQLITE_OK ||
        sqlite3_exec(database, "PRAGMA synchronous=normal", NULL, NULL, NULL) != SQLITE_OK ||
        sqlite3_prepare_v2(database, "INSERT INTO messages(msg) VALUES (?)", -1, &statement,
                           NULL) != SQLITE_OK ||
        sqlite3_bind_text(statement, 1, argv[2], -1, SQLITE_STATIC) != SQLITE_OK ||
        sqlite3_exec(database, "PRAGMA journal_mode", NULL, NULL, NULL) != SQLITE_OK ||
        sqlite3_busy_timeout(database, 60000) != SQLITE_OK) {
        fprintf(stderr, "firstlock-plain-writer: %s\n", sqlite3_errmsg(database));
        return 1;
    }
    puts("ready");
    fflush(stdout);
    if (wait_for_gate(gate)) {
        const long long start = monotonic_ns();
        const int code = insert(database, statement);
        printf("%d %lld %lld\n", code, start, monotonic_ns());
    }
    sqlite3_finalize(statement);
    sqlite3_close(database);
    return 0;
}

"""System D's eight cases as its author wrote them, for comparison: a fork pool, one connection per insert
(the rows in sequence go over one), and every handle closed before a pool forks. One profile for all: WAL,
synchronous NORMAL, IMMEDIATE, 60 s.

    python3 system_d.py DIRECTORY ROWS_IN_SEQUENCE

Makes its databases in DIRECTORY, prints the milliseconds that all eight took, and exits 1 on a wrong row
count.
"""
import concurrent.futures
import contextlib
import multiprocessing
import os
import sqlite3
import sys
import time
import uuid


@contextlib.contextmanager
def connect(database):
    connection = sqlite3.connect(database, timeout=60, isolation_level="IMMEDIATE")
    connection.execute("PRAGMA synchronous=normal")
    yield connection
    connection.close()


def insert(database, rows=1):
    with connect(database) as connection:
        for _ in range(rows):
            with connection:
                connection.execute("INSERT INTO messages(msg) VALUES (?)", [str(uuid.uuid4())])


def with_pool(database, rows):
    with multiprocessing.Pool(rows) as pool:
        pool.map(insert, [database] * rows)


def with_executor(database, rows):
    with concurrent.futures.ProcessPoolExecutor(rows) as pool:
        list(pool.map(insert, [database] * rows))


def case(database, steps):
    with connect(database) as connection:
        connection.execute("PRAGMA journal_mode=wal")
        connection.execute(
            "CREATE TABLE messages(ts TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now', 'localtime')), msg TEXT)")
    for step, rows in steps:
        step(database, rows)
    expected = sum(rows for _, rows in steps)
    with connect(database) as connection:
        found = connection.execute("SELECT count(*) FROM messages").fetchone()[0]
    if found != expected:
        sys.exit(f"{database}: {found} rows where {expected} were inserted")


def main():
    multiprocessing.set_start_method("fork")
    directory, sequential = sys.argv[1], int(sys.argv[2])
    start = time.monotonic()
    for number, steps in enumerate([
            [(with_pool, 5)], [(with_pool, 50)], [(with_pool, 250)], [(with_executor, 250)],
            [(with_pool, 250), (with_pool, 50)], [(insert, sequential), (with_pool, 100)],
            [(with_pool, 250)], [(with_pool, 500)]]):
        case(os.path.join(directory, f"{number}.db"), steps)
    print(f"{(time.monotonic() - start) * 1000:.1f}")


if __name__ == "__main__":
    main()

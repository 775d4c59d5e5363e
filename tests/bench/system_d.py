"""System D's eight cases as its author wrote them, for comparison: a fork pool, one connection per insert
(the rows in sequence go over one), and every handle closed before a pool forks. One profile for all: WAL,
synchronous NORMAL, IMMEDIATE, 60 s.

    python3 system_d.py DIRECTORY ROWS_IN_SEQUENCE

Makes its databases in DIRECTORY, prints the milliseconds that all eight took, and exits 1 on a wrong row
count.
"""
import concurrent.futures
import multiprocessing
import os
import sqlite3
import sys
import time
import uuid


def connect(database):
    connection = sqlite3.connect(database, timeout=60, isolation_level="IMMEDIATE")
    connection.execute("PRAGMA synchronous=normal")
    return connection


def insert_row(database):
    connection = connect(database)
    with connection:
        connection.execute("INSERT INTO messages(msg) VALUES (?)", [str(uuid.uuid4())])
    connection.close()


def fresh_table(directory, number):
    database = os.path.join(directory, f"{number}.db")
    connection = connect(database)
    connection.execute("PRAGMA journal_mode=wal")
    connection.execute(
        "CREATE TABLE messages(ts TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now', 'localtime')), msg TEXT)")
    connection.close()
    return database


def with_pool(database, rows):
    with multiprocessing.Pool(rows) as pool:
        pool.map(insert_row, [database] * rows)


def with_executor(database, rows):
    with concurrent.futures.ProcessPoolExecutor(rows) as pool:
        list(pool.map(insert_row, [database] * rows))


def count(database):
    connection = connect(database)
    rows = connection.execute("SELECT count(*) FROM messages").fetchone()[0]
    connection.close()
    return rows


def case(directory, number, steps, expected):
    database = fresh_table(directory, number)
    for insert, rows in steps:
        insert(database, rows)
    found = count(database)
    if found != expected:
        sys.exit(f"case {number}: {found} rows where {expected} were inserted")


def in_sequence(database, rows):
    connection = connect(database)
    for _ in range(rows):
        with connection:
            connection.execute("INSERT INTO messages(msg) VALUES (?)", [str(uuid.uuid4())])
    connection.close()


def main():
    multiprocessing.set_start_method("fork")
    directory, sequential = sys.argv[1], int(sys.argv[2])
    start = time.monotonic()
    case(directory, 1, [(with_pool, 5)], 5)
    case(directory, 2, [(with_pool, 50)], 50)
    case(directory, 3, [(with_pool, 250)], 250)
    case(directory, 4, [(with_executor, 250)], 250)
    case(directory, 5, [(with_pool, 250), (with_pool, 50)], 300)
    case(directory, 6, [(in_sequence, sequential), (with_pool, 100)], sequential + 100)
    case(directory, 7, [(with_pool, 250)], 250)
    case(directory, 8, [(with_pool, 500)], 500)
    print(f"{(time.monotonic() - start) * 1000:.1f}")


if __name__ == "__main__":
    main()

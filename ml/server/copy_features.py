"""Entry point `copy_features`: copy the published features of an online store's file into a PostgreSQL database.

    copy_features --from online.db --to postgresql://writer@host/features

Servers without access to that file look features up there (`--online-store postgresql://…`). A reader sees the old
rows of all tables or the new ones. libpq reads the password from PGPASSWORD or PGPASSFILE.
"""

import argparse
import sqlite3
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import psycopg2
from psycopg2.extras import execute_values

_TABLES = """
CREATE TABLE IF NOT EXISTS published (
    online_table text NOT NULL, key text NOT NULL, body text NOT NULL, PRIMARY KEY (online_table, key)
);
CREATE TABLE IF NOT EXISTS sources (
    online_table text PRIMARY KEY, source_table text NOT NULL, key_is_text boolean NOT NULL,
    published_at double precision NOT NULL
);
"""
# One copy at a time: two would delete each other's rows.
_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('published features', 0))"
_ROWS_AT_ONCE = 5_000


def main(arguments: Sequence[str] | None = None) -> None:
    """Copy, and print the number of rows."""
    parser = argparse.ArgumentParser(prog="copy_features", allow_abbrev=False)
    parser.add_argument("--from", dest="source", type=Path, required=True, help="the online store's file")
    parser.add_argument("--to", required=True, help="libpq's URI of the database, without a password")
    given = parser.parse_args(arguments)
    if not given.source.is_file():
        raise SystemExit(f"there is no online store {given.source}: publish the features first")
    print(f"{copy(given.source, given.to)} rows", file=sys.stderr)


def copy(source: Path, address: str) -> int:
    """Make the database's tables equal to the file's, in one transaction. Returns their numbers of rows."""
    with (
        closing(sqlite3.connect(f"{source.resolve().as_uri()}?mode=ro", uri=True)) as file,
        closing(psycopg2.connect(address, application_name="copy_features")) as database,
        database,
        database.cursor() as cursor,
    ):
        cursor.execute(_LOCK)
        cursor.execute(_TABLES)
        cursor.execute("DELETE FROM published; DELETE FROM sources")
        execute_values(
            cursor,
            "INSERT INTO sources (online_table, source_table, key_is_text, published_at) VALUES %s",
            [
                (online, table, bool(key_is_text), published_at)
                for online, table, key_is_text, published_at in file.execute(
                    "SELECT online_table, source_table, key_is_text, published_at FROM sources"
                )
            ],
        )
        copied = 0
        for rows in _pieces(file.execute("SELECT online_table, key, body FROM published")):
            execute_values(
                cursor, "INSERT INTO published (online_table, key, body) VALUES %s", rows, page_size=_ROWS_AT_ONCE
            )
            copied += len(rows)
    return copied


def _pieces(found: sqlite3.Cursor) -> Iterator[list[tuple[str, str, str]]]:
    while rows := found.fetchmany(_ROWS_AT_ONCE):
        yield rows


if __name__ == "__main__":
    main()

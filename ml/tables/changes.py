"""Changes of a table since a version: the contract between a stage that writes and one that reads incrementally.

A reader stores the last version that it has read (`Changes.until`) in its own checkpoint and continues from there:

    changes = since(tables, full_name, seen)        # seen: the stored version; None for the first read
    if changes.nothing: return
    if changes.whole:   compute from `tables.read(full_name, changes.until)`
    else:               compute for `keys(tables, changes, ("client_id",))`, reading the rest at `changes.until`

It uses Delta's change data feed, so the cost follows the changes and not the table's size. Every table that the door
creates has the feed on (`ml.tables.backends`); older tables get it with `Tables.track_changes`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F  # noqa: N812

from ml.tables.door import Tables

CHANGE = "_change_type"
VERSION = "_commit_version"
_FEED_COLUMNS = (CHANGE, VERSION, "_commit_timestamp")
_RANK = "_newest_first"


@dataclass(frozen=True, kw_only=True)
class Changes:
    """The changes of a table that a reader at version `after` has not seen yet, up to version `until`.

    `after` is None for a first read: then everything counts as changed.
    """

    full_name: str
    after: int | None
    until: int

    @property
    def nothing(self) -> bool:
        """Whether the reader has seen everything."""
        return self.after == self.until

    @property
    def whole(self) -> bool:
        """Whether to read the whole table: on a first read, or if the table was recreated."""
        return self.after is None or self.after > self.until


def since(tables: Tables, full_name: str, after: int | None) -> Changes:
    """The changes since version `after`. Costs one query on the table's log."""
    return Changes(full_name=full_name, after=after, until=tables.version(full_name))


def rows(tables: Tables, changes: Changes) -> DataFrame:
    """The rows that the changes added, as they were added; for a full read all rows of version `until`.

    An updated row appears with its new values, once for each version that changed it.
    """
    if changes.after is None or changes.whole:
        return tables.read(changes.full_name, changes.until)
    fed = tables.changes(changes.full_name, changes.after, changes.until)
    return fed.where(F.col(CHANGE).isin("insert", "update_postimage")).drop(*_FEED_COLUMNS)


def newest(tables: Tables, changes: Changes, key: Sequence[str]) -> DataFrame:
    """The rows that the changes added or updated and that still exist at version `until`, with their values there.

    One row per `key`, which must be the table's key. The cost follows the changes alone.
    """
    if changes.after is None or changes.whole:
        return tables.read(changes.full_name, changes.until)
    fed = tables.changes(changes.full_name, changes.after, changes.until).where(F.col(CHANGE) != "update_preimage")
    # One version may delete a row and write it again: the written row counts.
    newest_first = (F.col(VERSION).desc(), (F.col(CHANGE) == "delete").asc())
    ranked = fed.withColumn(_RANK, F.row_number().over(Window.partitionBy(*key).orderBy(*newest_first)))
    return ranked.where((F.col(_RANK) == 1) & (F.col(CHANGE) != "delete")).drop(_RANK, *_FEED_COLUMNS)


def deleted(tables: Tables, changes: Changes) -> DataFrame:
    """The rows that the changes removed, with their old values; not for a full read, which has no such rows."""
    assert changes.after is not None
    fed = tables.changes(changes.full_name, changes.after, changes.until)
    return fed.where(F.col(CHANGE) == "delete").drop(*_FEED_COLUMNS)


def keys(tables: Tables, changes: Changes, columns: Sequence[str]) -> DataFrame:
    """The distinct values of `columns` in every row that was added, updated (before and after) or deleted."""
    if changes.after is None or changes.whole:
        return tables.read(changes.full_name, changes.until).select(*columns).distinct()
    return tables.changes(changes.full_name, changes.after, changes.until).select(*columns).distinct()

"""What has changed in a table since a version of it: the contract between a stage that writes and one that reads on.

A reader keeps, in its own checkpoint, the version up to which it has read (`Changes.until`) and asks from there on:

    changes = since(tables, full_name, seen)        # seen: what it kept last; None for the first look
    if changes.nothing: return
    if changes.whole:   compute from `tables.read(full_name, changes.until)`
    else:               compute for `keys(tables, changes, ("client_id",))`, reading the rest at `changes.until`

Delta's change data feed answers, so the cost follows what changed and not what the table holds. Every table that the
door makes has the feed on (`ml.tables.backends`); one made before gets it with `Tables.track_changes`.
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
    """What a reader that has seen version `after` of a table has yet to see, up to version `until`.

    `after` is None for a first look: then everything counts as changed.
    """

    full_name: str
    after: int | None
    until: int

    @property
    def nothing(self) -> bool:
        """Whether the reader has seen it all."""
        return self.after == self.until

    @property
    def whole(self) -> bool:
        """Whether all of the table is to be read: a first look, or a table made anew since."""
        return self.after is None or self.after > self.until


def since(tables: Tables, full_name: str, after: int | None) -> Changes:
    """What has changed since version `after`. Costs one query on the table's log."""
    return Changes(full_name=full_name, after=after, until=tables.version(full_name))


def rows(tables: Tables, changes: Changes) -> DataFrame:
    """The rows that the changes added, as they were added; all rows of version `until` if everything is to be read.

    A row that was updated is here as it became, once for each version that changed it.
    """
    if changes.after is None or changes.whole:
        return tables.read(changes.full_name, changes.until)
    fed = tables.changes(changes.full_name, changes.after, changes.until)
    return fed.where(F.col(CHANGE).isin("insert", "update_postimage")).drop(*_FEED_COLUMNS)


def newest(tables: Tables, changes: Changes, key: Sequence[str]) -> DataFrame:
    """The rows that the changes added or updated and that are still there at version `until`, as they are there.

    One row per `key`, which must be the table's. The cost follows the changes alone.
    """
    if changes.after is None or changes.whole:
        return tables.read(changes.full_name, changes.until)
    fed = tables.changes(changes.full_name, changes.after, changes.until).where(F.col(CHANGE) != "update_preimage")
    # Within one version a row may be deleted and written anew: what was written counts.
    newest_first = (F.col(VERSION).desc(), (F.col(CHANGE) == "delete").asc())
    ranked = fed.withColumn(_RANK, F.row_number().over(Window.partitionBy(*key).orderBy(*newest_first)))
    return ranked.where((F.col(_RANK) == 1) & (F.col(CHANGE) != "delete")).drop(_RANK, *_FEED_COLUMNS)


def deleted(tables: Tables, changes: Changes) -> DataFrame:
    """The rows that the changes removed, as they were; not for a look at the whole table, which has no such rows."""
    assert changes.after is not None
    fed = tables.changes(changes.full_name, changes.after, changes.until)
    return fed.where(F.col(CHANGE) == "delete").drop(*_FEED_COLUMNS)


def keys(tables: Tables, changes: Changes, columns: Sequence[str]) -> DataFrame:
    """The distinct values of `columns` in every row that was added, updated (before and after) or deleted."""
    if changes.after is None or changes.whole:
        return tables.read(changes.full_name, changes.until).select(*columns).distinct()
    return tables.changes(changes.full_name, changes.after, changes.until).select(*columns).distinct()

"""Forgetting a person: the request, the people whose records ingest skips, and the deliveries that still have some."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pyspark.sql import Column as SparkColumn
from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

from ml.declarations import Feed, UseCase
from ml.parameters import Common
from ml.people import PERSON, Request, hashed, person_column, plain_sql, secret_in, with_person
from ml.principal import principal
from ml.records.forgotten import FORGOTTEN
from ml.records.received import bronze
from ml.tables import Tables, frame_of


@dataclass(frozen=True, kw_only=True)
class Forgetting:
    """A person to forget. `by` and `reason` go into the records."""

    person: Request
    reason: str
    by: str

    def __post_init__(self) -> None:
        if not (self.reason.strip() and self.by.strip()):
            raise ValueError("reason or by is empty: give the reason and the name of the requester; both are recorded")


@dataclass(frozen=True, kw_only=True)
class People:
    """The forgotten people, by the hashes of their keys, and the secret of the hashes, empty if there are none."""

    hashes: tuple[str, ...] = ()
    secret: str = ""

    def __bool__(self) -> bool:
        return bool(self.hashes)

    def marked(self, feed: Feed, use_case: UseCase, rows: DataFrame) -> DataFrame:
        """`rows` in bronze's shape with `_person`: the forgotten person they belong to, otherwise null."""
        column = key_of(feed, use_case)
        if column is None or not self:
            return rows.withColumn(PERSON, F.lit(None).cast("string"))
        told = with_person(rows, column, self.secret)
        return told.withColumn(PERSON, F.when(F.col(PERSON).isin(list(self.hashes)), F.col(PERSON)))


def key_of(feed: Feed, use_case: UseCase) -> SparkColumn | None:
    """The plain key in a bronze row of the feed; None if the feed does not identify people.

    For a record that does not fit the columns, it is the field at the key's position: the best available guess.
    """
    named = person_column(use_case)
    names = [column.name for column in feed.received]
    if named.name not in names:
        return None
    misplaced = F.get_json_object("_fields", f"$[{names.index(named.name)}]")
    return plain_sql(F.coalesce(F.col(named.name), misplaced), feed.silver.column(named.name))


def people(tables: Tables, task: Common, folder: Path) -> People:
    """The forgotten people. `folder` has the secret, which is read only if there are any."""
    records = FORGOTTEN.full_name(task.catalog, task.use_case.name)
    if not tables.exists(records):
        return People()
    hashes = tuple(sorted(row["person"] for row in tables.read(records).select("person").collect()))
    return People(hashes=hashes, secret=secret_in(folder)) if hashes else People()


def ask(tables: Tables, task: Common, asked: Forgetting, landed: Mapping[str, DataFrame], folder: Path) -> bool:
    """Record once that the person is forgotten. Returns whether any of their data was found.

    The search covers bronze and `landed`, the records of the deliveries by feed.
    """
    found = {key for feed in task.use_case.feeds for key in _keys(tables, task, feed, asked, landed.get(feed.name))}
    if not found:
        return False
    row = {
        "key_column": person_column(task.use_case).name,
        "request": asked.person.salt,
        "run_id": task.run_id,
        "reason": asked.reason,
        "forgotten_by": f"{asked.by}, through {principal(tables.spark)}",
        "forgotten_at": datetime.now(UTC),
    }
    secret = secret_in(folder, make=True)
    rows = [row | {"person": hashed(secret, key)} for key in sorted(found)]
    records = FORGOTTEN.full_name(task.catalog, task.use_case.name)
    tables.append(FORGOTTEN, records, frame_of(tables.spark, FORGOTTEN, rows))
    return True


def _keys(tables: Tables, task: Common, feed: Feed, asked: Forgetting, landed: DataFrame | None) -> Iterable[str]:
    """The person's plain key, if bronze or a delivery of the feed contains it."""
    key, full_name = key_of(feed, task.use_case), bronze(feed).full_name(task.catalog, task.use_case.name)
    if key is None:
        return set()
    frames = [tables.read(full_name)] if tables.exists(full_name) else []
    frames += [landed] if landed is not None else []
    return {
        str(row["key"])
        for frame in frames
        for row in frame.select(key.alias("key")).where(asked.person.means(F.col("key"))).distinct().collect()
    }


def holding(feed: Feed, use_case: UseCase, person: Request, landed: DataFrame) -> list[str]:
    """The deliveries among the `landed` records that contain the person."""
    key = key_of(feed, use_case)
    if key is None:
        return []
    files = landed.where(person.means(key)).select("_source_file").distinct().collect()
    return sorted(row["_source_file"] for row in files)

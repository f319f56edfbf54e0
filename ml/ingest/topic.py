"""Messages of a topic to bronze by Structured Streaming, then the account of the arrived messages.

Spark keeps the offsets in the stream's checkpoint and Delta accepts each batch of the stream once, so the next run
completes a run that was killed anywhere. A record's `_source_file` is `kafka://<topic>/<partition>`, its `_row_number`
is the offset; `_source_sha256` identifies the batch. A message that is not a JSON object of the declared names arrives
as text in `_fields`, and silver puts it in quarantine.
"""

import base64
import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime

import pandas as pd
from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

from ml import runtime
from ml.declarations import Topic
from ml.ingest import file_log
from ml.ingest.file_log import FileAccount, Verdict
from ml.ingest.formats import json_lines
from ml.ingest.formats.record import Record, misfit
from ml.ingest.loading import DELIVERY, Loading
from ml.ingest.removals import ever, remove
from ml.people import PERSON
from ml.records.received import bronze
from ml.runtime import RowsUnaccountedError
from ml.secret_scope import read_secret
from ml.streams.checkpoint import Position
from ml.streams.kafka_options import options
from ml.tables import changes
from ml.tables.changes import Changes

SPARKS = "offsets"


def load(feed: Loading, source: Topic) -> list[FileAccount]:
    """Read all available messages, and account for them and for messages that a killed run left without an account."""
    feed.tables.create(bronze(feed.feed), feed.full_name)
    # Account for arrivals first: a removal needs the account of its delivery.
    done = account(feed) + remove(feed) if ever(feed.tables, feed.task) else []
    query = feed.tables.append_stream(
        bronze(feed.feed),
        feed.full_name,
        messages(feed, opened(feed, source)),
        checkpoint=str(feed.checkpoint.folder / SPARKS),
        trigger={"availableNow": True},
    )
    query.awaitTermination()
    return done + account(feed)


def opened(feed: Loading, source: Topic) -> DataFrame:
    """The topic as a stream, with secrets from the scope that the task's principal may read."""
    made = options(source, secrets_of(feed, source), shaded=runtime.on_databricks())
    return feed.tables.spark.readStream.format("kafka").options(**made).load()


def messages(feed: Loading, stream: DataFrame) -> DataFrame:
    """The rows of bronze, one per message of a frame from Spark's Kafka source."""
    names, raw_names = [column.name for column in feed.feed.received], feed.feed.raw_columns

    def work(batches: Iterable[pd.DataFrame]) -> Iterator[pd.DataFrame]:
        for batch in batches:
            found = [
                _record(offset, value, raw_names) for offset, value in zip(batch["offset"], batch["value"], strict=True)
            ]
            frame = pd.DataFrame([(*each.values, each.fields) for each in found], columns=[*names, "_fields"])
            yield frame.assign(_row_number=batch["offset"].to_numpy(), _source_file=batch["_source_file"].to_numpy())

    texts = ", ".join(f"`{name}` string" for name in names)
    place = F.concat(F.lit("kafka://"), "topic", F.lit("/"), F.col("partition").cast("string")).alias("_source_file")
    parsed = stream.select(place, "offset", "value").mapInPandas(
        work, f"{texts}, _fields string, _row_number long, _source_file string"
    )
    # The time of the batch: the same in all of its rows, and the same if Spark repeats the batch.
    batch = parsed.withColumn("_loaded_at", F.current_timestamp())
    told = F.sha2(F.concat_ws("@", "_source_file", F.col("_loaded_at").cast("string")), 256)
    return _emptied(feed, batch.withColumn("_source_sha256", told))


def _emptied(feed: Loading, rows: DataFrame) -> DataFrame:
    """`rows` without the content of forgotten people's messages, so that every offset still counts, in quarantine."""
    if not feed.people:
        return rows
    marked, forgotten = feed.marked(rows), F.col(PERSON).isNotNull()
    note = misfit(0, 0, problem="its person is forgotten", received="").fields
    emptied = {name: F.when(~forgotten, F.col(name)) for name in (column.name for column in feed.feed.received)}
    return marked.withColumns({**emptied, "_fields": F.when(forgotten, F.lit(note)).otherwise(F.col("_fields"))}).drop(
        PERSON
    )


def account(feed: Loading) -> list[FileAccount]:
    """Account for the new rows of bronze since the last account, each batch and partition once.

    Raises:
        RowsUnaccountedError: if an offset appears twice.
    """
    position = feed.checkpoint.position()
    done: list[FileAccount] = []
    if position.plan is not None:
        position, done = _recorded(feed, position)
    new = changes.since(feed.tables, feed.full_name, position.seen.get("version"))
    if new.nothing:
        return done
    plan = {"after": new.after, "until": new.until, "loaded_at": datetime.now(UTC).isoformat()}
    return done + _recorded(feed, feed.checkpoint.plan(position, plan))[1]


def _recorded(feed: Loading, position: Position) -> tuple[Position, list[FileAccount]]:
    assert position.plan is not None
    plan = position.plan
    rows = changes.rows(feed.tables, Changes(full_name=feed.full_name, after=plan["after"], until=plan["until"]))
    counted = rows.groupBy(*DELIVERY).agg(F.count("*").alias("held"), F.countDistinct("_row_number").alias("different"))
    found = sorted(counted.collect())
    twice = [row["_source_file"] for row in found if row["held"] != row["different"]]
    if twice:
        raise RowsUnaccountedError(f"bronze: offsets of {', '.join(twice)} are in {feed.full_name} twice")
    done = [
        feed.account(row["_source_file"], Verdict.LOADED, sha256=row["_source_sha256"], rows=row["held"])
        for row in found
    ]
    if done:
        loaded_at = datetime.fromisoformat(plan["loaded_at"])
        file_log.record(feed.tables, feed.task, done, loaded_at, stream=position.stream, batch=position.batch)
    return feed.checkpoint.commit(position, {"version": plan["until"]}), done


def secrets_of(feed: Loading, source: Topic) -> dict[str, str]:
    """The secrets for the topic's login, read as the task's principal. Raises `NotFound` and `PermissionDenied`."""
    if not feed.secret_scope:
        raise ValueError(f"feed {feed.feed.name!r} is a topic: give --secret-scope, the scope with its secrets")
    return {name: read_secret(feed.secret_scope, key) for name, key in source.secret_keys.items()}


def _record(offset: int, value: bytes | None, names: Sequence[str]) -> Record:
    if value is None:
        return misfit(offset, len(names), problem="the message has no value", received="")
    with suppress(UnicodeDecodeError):
        return json_lines.record(offset, value.decode().strip(), names)
    shown = json.dumps({"base64": base64.b64encode(value).decode()})
    return misfit(offset, len(names), problem="the message is not UTF-8 text", received=shown)

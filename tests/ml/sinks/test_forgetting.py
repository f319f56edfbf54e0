"""A forgotten person's predictions leave a database and files, and a topic says that they are gone."""

import json
from pathlib import Path
from uuid import uuid4

import pytest

from localcloud.beside.postgres import Postgres
from ml.declarations import FilesFormat
from ml.sinks.files import FilesSink, committed
from ml.sinks.kafka import KafkaSink
from ml.sinks.sink import Batch, event_id
from tests.ml.lake import Lake
from tests.ml.sinks.scored import TABLE, frame

FIRST, SECOND = Batch(stream="s", number=0), Batch(stream="s", number=1)


@pytest.mark.parametrize("kind", FilesFormat)
def test_files_that_hold_a_row_are_written_anew_without_it(lake: Lake, tmp_path: Path, kind: FilesFormat) -> None:
    """Its batch alone; the manifest says so, and no part of it is left. A replay of the batch brings it not back."""
    sink = FilesSink(TABLE, tmp_path, kind)
    sink.write(frame(lake, range(1, 6)), FIRST)
    sink.write(frame(lake, range(6, 9)), SECOND)
    before = list(committed(tmp_path))
    for _ in range(2):
        sink.forget(frame(lake, [2, 4]))
    after = list(committed(tmp_path))
    assert [each["rows"] for each in after] == [3, 3]
    assert after[1] == before[1]
    assert (after[0]["written_at"], "forgotten_at" in after[0]) == (before[0]["written_at"], True)
    parts = {part["path"] for manifest in after for part in manifest["parts"]}
    assert {str(path.relative_to(tmp_path)) for path in tmp_path.glob("batches/*/part-*")} == parts
    kinds = ", ".join(f"`{one['name']}` {one['type']}" for one in after[0]["columns"])
    options = {"header": "true", "escape": '"'} if kind is FilesFormat.CSV else {}
    read = lake.spark.read.format(kind).schema(kinds).options(**options).load([str(tmp_path / part) for part in parts])
    expected = frame(lake, [1, 3, 5, 6, 7, 8]).select(event_id(TABLE), "*")
    assert sorted(map(tuple, read.collect())) == sorted(map(tuple, expected.collect()))
    sink.write(frame(lake, range(1, 6)), FIRST)
    assert list(committed(tmp_path)) == after


def test_a_forgetting_that_was_killed_is_completed_by_the_next(
    lake: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed before the manifest is written over, in the middle of that, and before the old parts are removed."""
    sink = FilesSink(TABLE, tmp_path, FilesFormat.PARQUET)
    sink.write(frame(lake, range(1, 6)), FIRST)
    (manifest,) = (tmp_path / "manifests").glob("*.json")

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    def cut_off(*_: object) -> None:
        manifest.write_text('{"stream": "s", "par')
        raise KeyboardInterrupt

    for client, name, stop in ((2, "_complete", killed), (3, "_complete", cut_off), (4, "FilesSink._clear", killed)):
        with monkeypatch.context() as patched:
            patched.setattr(f"ml.sinks.files.{name}", stop)
            with pytest.raises(KeyboardInterrupt):
                sink.forget(frame(lake, [client]))
        sink.forget(frame(lake, [client]))
    (after,) = committed(tmp_path)
    assert (after["rows"], "forgotten_at" in after) == (2, True)
    parts = {part["path"] for part in after["parts"]}
    assert {str(path.relative_to(tmp_path)) for path in tmp_path.glob("batches/*/part-*")} == parts
    assert [path.name for path in (tmp_path / "manifests").iterdir()] == [manifest.name]


def test_a_database_deletes_them(lake: Lake, postgres: Postgres) -> None:
    """And nothing else; before there is a table, there is nothing to delete."""
    from ml.sinks.postgres import PostgresSink  # noqa: PLC0415 - without its driver there is no such module

    schema = f"s{uuid4().hex[:8]}"
    postgres.ask(f"CREATE SCHEMA {schema}")
    sink = PostgresSink(TABLE, f"{schema}.scores", postgres.secrets, encrypted=False)
    sink.forget(frame(lake, [2]))
    sink.write(frame(lake, range(1, 6)), FIRST)
    for _ in range(2):
        sink.forget(frame(lake, [2, 4, 9]))
    assert postgres.ask(f"SELECT client_id FROM {schema}.scores ORDER BY 1") == [(1,), (3,), (5,)]
    postgres.ask(f"DROP SCHEMA {schema} CASCADE")


def test_a_topic_gets_a_message_without_a_value(lake: Lake, broker: str) -> None:
    """By the event id; a reader that keeps the newest of each id has the others."""
    topic = f"scores-{uuid4().hex[:8]}"
    sink = KafkaSink(TABLE, topic, {"kafka.bootstrap.servers": broker})
    sink.write(frame(lake, [1, 2, 3]), FIRST)
    sink.forget(frame(lake, [2]))
    reader = lake.spark.read.format("kafka").option("kafka.bootstrap.servers", broker).option("subscribe", topic)
    rows = reader.load().orderBy("partition", "offset").selectExpr("cast(key as string)", "cast(value as string)")
    newest = {row["key"]: row["value"] for row in rows.collect()}
    gone = frame(lake, [2]).select(event_id(TABLE)).collect()[0][0]
    assert (len(newest), newest.pop(gone)) == (3, None)
    assert sorted(json.loads(value)["client_id"] for value in newest.values()) == [1, 3]

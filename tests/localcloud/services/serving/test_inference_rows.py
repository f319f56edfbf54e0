"""What is written of an exchange, how batches of it become versions of a Delta table, and what is dropped."""

import time
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pytest

from localcloud.kernel.identity import Caller
from localcloud.services.serving.inference import delta, place, recorder
from localcloud.services.serving.inference.recorder import Recorder
from localcloud.services.serving.inference.rows import COLUMNS, MAX_PAYLOAD_BYTES, SCHEMA, Exchange, row
from tests.localcloud.core import Core
from tests.localcloud.services.serving.recorded import rows_at

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


TABLE = "prod.credit_gold.risk_payload"


def _exchange(request: bytes = b"{}", response: bytes = b"{}") -> Exchange:
    return Exchange(
        table=TABLE,
        request=request,
        response=response,
        status_code=200,
        received_at=1_700_000_000.0,
        execution_ms=7,
        served_entity_id="e",
        requester="ann",
    )


def test_large_payloads_are_left_out_and_said_to_be() -> None:
    """Over 1 MiB either is null, with Databricks' code; exactly 1 MiB is kept."""
    large = b"x" * (MAX_PAYLOAD_BYTES + 1)
    found = row(_exchange(request=large, response=large))
    codes = ["MAX_REQUEST_SIZE_EXCEEDED", "MAX_RESPONSE_SIZE_EXCEEDED"]
    assert (found["request"], found["response"], found["logging_error_codes"]) == (None, None, codes)
    assert len(row(_exchange(request=large[1:]))["request"]) == MAX_PAYLOAD_BYTES


def test_bodies_that_are_no_json_are_recorded_as_text() -> None:
    """Also with bytes that are no UTF-8, and with a request id in what cannot be read."""
    assert row(_exchange(request=b"\xff{"))["request"] == "\ufffd{"
    for request in (b'{"client_request_id": ', b'["client_request_id"]', b'{"client_request_id": null}'):
        assert row(_exchange(request=request))["client_request_id"] is None


def _made(lake: Core, name: str) -> Path:
    """An inference table of the admin's; its place on disk."""
    admin = Caller(
        principal="admin",
        display_name="admin",
        groups=frozenset(),
        workspace=lake.cloud.workspace("prod"),
        is_admin=True,
        is_workspace_admin=True,
    )
    place.make(lake.cloud, admin, name, owner="admin")
    return Path(str(lake.admin().tables.get(name).storage_location))


def _requests(location: Path) -> list[str]:
    return [row["request"] for row in rows_at(location)]


def test_what_waits_is_bounded(lake: Core, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """What is over the bound is dropped, and counted in the log when the rest is written; then there is room again."""
    monkeypatch.setattr(recorder, "MAX_WAITING_BYTES", 10)
    location, waiting = _made(lake, TABLE), Recorder(lake.cloud, batch_s=3600)
    for request in (b"12345", b"67890", b"x"):
        waiting.record(_exchange(request=request, response=b""))
    waiting.flush()
    assert sorted(_requests(location)) == ["12345", "67890"]
    assert "1 request(s) are not in their inference table: too many waited" in caplog.text
    waiting.record(_exchange(request=b"y", response=b""))
    waiting.stop()
    assert sorted(_requests(location)) == ["12345", "67890", "y"]


def test_a_table_that_is_gone_loses_its_own_rows_alone(lake: Core, caplog: pytest.LogCaptureFixture) -> None:
    """The log says how many, and rows of other tables are written."""
    location, waiting = _made(lake, TABLE), Recorder(lake.cloud, batch_s=3600)
    waiting.record(replace(_exchange(), table="prod.credit_gold.gone_payload"))
    waiting.record(_exchange())
    waiting.stop()
    assert "prod.credit_gold.gone_payload misses 1 request(s): it was dropped" in caplog.text
    assert _requests(location) == ["{}"]


def test_a_row_is_written_without_being_asked_for(lake: Core) -> None:
    """Once the time of a batch is over, by the recorder's own thread."""
    location, waiting = _made(lake, TABLE), Recorder(lake.cloud, batch_s=0.01)
    waiting.record(_exchange())
    deadline = time.monotonic() + 60
    while not _requests(location) and time.monotonic() < deadline:
        time.sleep(0.01)
    waiting.stop()
    assert _requests(location) == ["{}"]


def test_spark_reads_what_was_written_beside_others(spark: "SparkSession", tmp_path: Path) -> None:
    """A table of two batches, between which Spark itself wrote one: every row is there, with the declared types."""
    location = tmp_path / "requests"
    delta.create(location, COLUMNS)
    rows = pa.Table.from_pylist([row(_exchange(b'{"a": 1}'))], schema=SCHEMA)
    delta.append(location, rows)
    spark.read.format("delta").load(str(location)).write.format("delta").mode("append").save(str(location))
    delta.append(location, rows)
    read = spark.read.format("delta").load(str(location))
    assert [(field.name, field.dataType.simpleString()) for field in read.schema.fields] == [
        (column.name, column.type) for column in COLUMNS
    ]
    assert [(r["request"], r["request_date"], list(r["logging_error_codes"])) for r in read.collect()] == [
        ('{"a": 1}', date(2023, 11, 14), [])
    ] * 3
    with pytest.raises(FileExistsError):
        delta.create(location, COLUMNS)


def test_a_table_that_is_not_there_is_not_made_by_a_row(tmp_path: Path) -> None:
    """Nothing is written where no log is."""
    with pytest.raises(FileNotFoundError):
        delta.append(tmp_path / "gone", pa.Table.from_pylist([], schema=SCHEMA))
    assert list(tmp_path.iterdir()) == []

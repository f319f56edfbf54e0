"""Scoring as a stream, with a real MLflow registry, Spark's own workers and Delta."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import mlflow
import pytest
from pyspark.sql import functions as F  # noqa: N812

from ml.declarations import FilesFormat, FilesSink, Late, Rescore, Streaming
from ml.scoring import batch
from ml.sinks.files import committed
from ml.streams.checkpoint import Checkpoint
from ml.tables import Tables
from ml.usecases import USE_CASES
from tests.ml.lake import Lake
from tests.ml.scoring.live import CATALOG, CREDIT, MODEL

pytestmark = pytest.mark.slow

FEATURES = f"{CATALOG}.credit_gold.client_features"
_DAY_S = 24 * 3600
_SAID = ("client_id", "application_month", "model_version", "probability", "features_hash")


@pytest.fixture
def declared(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Declare the model with streaming, and what else is given."""

    def declare(**more: Any) -> None:
        model = replace(CREDIT.models[0], **{"streaming": Streaming(), **more})
        monkeypatch.setitem(USE_CASES, "credit", replace(CREDIT, models=(model,)))

    return declare


def _later(lake: Lake, months: int, clients: str = "client_id <= 3") -> None:
    """New rows of known clients, some months on, as one version of the feature table."""
    rows = lake.tables.read(FEATURES).where(f"application_month = '2023-01-01' AND {clients}")
    moved = rows.withColumn("application_month", F.add_months("application_month", months))
    lake.tables.append(CREDIT.models[0].feature_table.table, FEATURES, moved)


def _predictions(lake: Lake, *columns: str) -> list[tuple[object, ...]]:
    return lake.rows("gold.predictions", *columns, catalog=CATALOG)


def _reports(capfd: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capfd.readouterr().out.splitlines() if line.startswith('{"task"')]


def test_a_stream_says_of_every_row_what_a_look_at_all_rows_says(
    registered: mlflow.MlflowClient, gold: Lake, declared: Callable[..., None], capfd: pytest.CaptureFixture[str]
) -> None:
    """The first rows and those that come later; with nothing new, no table gets a new version."""
    registered.set_registered_model_alias(MODEL, "champion", "1")
    gold.run(batch, catalog=CATALOG)
    _later(gold, months=12)
    gold.run(batch, catalog=CATALOG)
    expected = _predictions(gold, *_SAID)
    (gold.root / CATALOG / "credit_gold" / "predictions").rename(gold.root / "batch")
    gold.tables.restore(FEATURES, gold.tables.version(FEATURES) - 1)
    declared()
    gold.run(batch, "first", catalog=CATALOG)
    _later(gold, months=12)
    gold.run(batch, "second", catalog=CATALOG)
    assert _predictions(gold, *_SAID) == expected
    version = gold.tables.version(f"{CATALOG}.credit_gold.predictions")
    gold.run(batch, "third", catalog=CATALOG)
    assert gold.tables.version(f"{CATALOG}.credit_gold.predictions") == version
    found = [(each["rows_in"], each["rows_kept"], each.get("batches")) for each in _reports(capfd)]
    assert found == [(40, 40, None), (3, 3, None), (40, 40, 1), (3, 3, 1), (0, 0, 0)]


def test_the_alias_moves_between_batches_and_no_row_is_lost_or_doubled(
    registered: mlflow.MlflowClient,
    gold: Lake,
    declared: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """Three batches of a run: the second version goes live while the second batch is written, and answers the third."""
    registered.set_registered_model_alias(MODEL, "champion", "1")
    declared(streaming=Streaming(versions_per_batch=1))
    gold.run(batch, "first", catalog=CATALOG)
    for months in (12, 24, 36):
        _later(gold, months)
    appended, append = list[int](), Tables.append_batch

    def moving(self: Tables, *given: Any, **named: Any) -> None:
        appended.append(named["batch"])
        if len(appended) == 2:
            registered.set_registered_model_alias(MODEL, "champion", "2")
        append(self, *given, **named)

    monkeypatch.setattr(Tables, "append_batch", moving)
    gold.run(batch, "second", catalog=CATALOG)
    later = [row for row in _predictions(gold, "application_month", "client_id", "model_version") if row[0].year > 2023]  # type: ignore[attr-defined]
    by_month = [(month.isoformat()[:4], client, version) for month, client, version in later]  # type: ignore[attr-defined]
    assert by_month == [
        *(("2024", client, 1) for client in (1, 2, 3)),
        *(("2025", client, 1) for client in (1, 2, 3)),
        *(("2026", client, 2) for client in (1, 2, 3)),
    ]
    assert (appended, _reports(capfd)[-1]["model_versions"]) == ([1, 2, 3], [1, 2])


@pytest.mark.parametrize("point", ["plan", "append_batch", "commit"])
def test_a_killed_batch_is_done_again_by_the_version_that_was_planned(
    registered: mlflow.MlflowClient,
    gold: Lake,
    declared: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
    point: str,
) -> None:
    """Another version has gone live since, and a row came: each row is there once, and says who scored it."""
    registered.set_registered_model_alias(MODEL, "champion", "1")
    declared()
    owner: Any = Tables if point == "append_batch" else Checkpoint
    done = getattr(owner, point)

    def killed(*given: Any, **named: Any) -> None:
        if point != "commit":
            done(*given, **named)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(owner, point, killed)
        with pytest.raises(KeyboardInterrupt):
            gold.run(batch, "killed", catalog=CATALOG)
    registered.set_registered_model_alias(MODEL, "champion", "2")
    _later(gold, months=12, clients="client_id = 1")
    gold.run(batch, "next", catalog=CATALOG)
    assert _predictions(gold, "model_version", "run_id", "client_id") == [
        *((1, "killed", client) for client in range(1, 41)),
        (2, "next", 1),
    ]


def test_late_rows_are_refused_or_counted_as_declared(
    registered: mlflow.MlflowClient, gold: Lake, declared: Callable[..., None], capfd: pytest.CaptureFixture[str]
) -> None:
    """The newest event is of 2025-01: with a year's patience, 2023-12 is late and 2024-02 is not."""
    registered.set_registered_model_alias(MODEL, "champion", "1")
    year = Streaming(late_after_s=366 * _DAY_S, late=Late.REFUSE)
    declared(streaming=year)
    _later(gold, months=24)
    gold.run(batch, "first", catalog=CATALOG)
    _later(gold, months=11)
    _later(gold, months=13)
    gold.run(batch, "second", catalog=CATALOG)
    late = gold.rows("gold.predictions_late", "client_id", "application_month", "watermark", "run_id", catalog=CATALOG)
    assert [(client, str(month), str(watermark), run) for client, month, watermark, run in late] == [
        (client, "2023-12-01", "2024-01-01 00:00:00", "second") for client in (1, 2, 3)
    ]
    told = [
        (each["rows_in"], each["rows_kept"], each["rows_quarantined"], each["rows_late"]) for each in _reports(capfd)
    ]
    assert told == [(43, 43, 0, 0), (6, 3, 3, 3)]
    declared(streaming=replace(year, late=Late.SCORE))
    _later(gold, months=10)
    gold.run(batch, "third", catalog=CATALOG)
    assert [(each["rows_kept"], each["rows_late"]) for each in _reports(capfd)] == [(3, 3)]


@pytest.mark.parametrize(
    ("rescore", "expected"),
    [
        (Rescore.NEVER, []),
        (Rescore.ON_CHANGE, [("again", 1, 1), ("again", 1, 2)]),
        (Rescore.ON_NEW_VERSION, [("again", 2, client) for client in range(1, 41)]),
    ],
)
def test_rows_are_scored_again_as_the_model_declares(
    registered: mlflow.MlflowClient,
    gold: Lake,
    declared: Callable[..., None],
    rescore: Rescore,
    expected: list[tuple[object, ...]],
) -> None:
    """Two rows have changed, twice; for new versions, a second one has gone live too."""
    registered.set_registered_model_alias(MODEL, "champion", "1")
    declared(rescore=rescore)
    gold.run(batch, "first", catalog=CATALOG)
    table = CREDIT.models[0].feature_table.table
    for delay in (5, 7):
        changed = gold.tables.read(FEATURES).where("client_id <= 2").withColumn("longest_delay", F.lit(delay))
        gold.tables.merge(table, FEATURES, changed)
    if rescore is Rescore.ON_NEW_VERSION:
        registered.set_registered_model_alias(MODEL, "champion", "2")
    gold.run(batch, "again", catalog=CATALOG)
    found = _predictions(gold, "run_id", "model_version", "client_id", "probability")
    assert [row[:3] for row in found if row[0] == "again"] == expected
    assert {row[3] for row in found if row[0] == "again" and row[2] in (1, 2)} <= {0.7}


def test_what_a_stream_scores_goes_to_the_declared_sinks(
    registered: mlflow.MlflowClient, gold: Lake, declared: Callable[..., None], capfd: pytest.CaptureFixture[str]
) -> None:
    """A manifest per run; the task says how many rows each sink was sent."""
    registered.set_registered_model_alias(MODEL, "champion", "1")
    declared(sinks=(FilesSink(format=FilesFormat.PARQUET),))
    gold.run(batch, "first", catalog=CATALOG)
    _later(gold, months=12)
    gold.run(batch, "second", catalog=CATALOG)
    folder = gold.root / CATALOG / "credit_gold" / "exports" / "files-parquet" / "credit"
    assert [manifest["rows"] for manifest in committed(folder)] == [40, 3]
    assert [each["rows_sent"] for each in _reports(capfd)] == [{"files-parquet": 40}, {"files-parquet": 3}]
    paths = [str(folder / part["path"]) for manifest in committed(folder) for part in manifest["parts"]]
    rows = gold.spark.read.parquet(*paths).select(*_SAID).collect()
    assert sorted(tuple(row) for row in rows) == _predictions(gold, *_SAID)

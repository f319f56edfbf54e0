"""The monitoring pipeline measures what the monitoring job measures, figure by figure, from the same rows."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import pandas as pd
import pytest
from pyspark.sql import functions as F  # noqa: N812

from infra.pipelines.source import monitoring_source
from ml.declarations import Table, UseCase
from ml.monitoring.measure import measure_periods, plan, read_sources
from ml.monitoring.rows import see
from ml.parameters import Common
from ml.records.gate_results import GATE_RESULTS
from ml.records.monitoring import FIGURES
from ml.records.predictions import predictions
from ml.tables import frame_of
from ml.usecases.credit.declaration import USE_CASE as CREDIT
from tests.ml.lake import Lake
from tests.ml.monitoring.made import LABEL, PREDICTION, client_rows, expected
from tests.ml.pipelines.content import content_hash
from tests.ml.pipelines.updated import update
from tests.ml.small import declare

_MODEL = CREDIT.models[0]
MODEL = _MODEL.full_name("test", "credit")
CASE = replace(CREDIT, models=(replace(_MODEL, monitoring=replace(_MODEL.monitoring, max_rows_per_period=600)),))
# Fitted on; more rows than a sample takes; too few outcomes; not scored.
FITTED, LARGE, YOUNG, UNSCORED = (date(2024, month, 1) for month in (3, 4, 5, 6))
ROWS = {FITTED: 300, LARGE: 900, YOUNG: 300, UNSCORED: 250}
KEYS = ("period", "model_version", "metric", "column")
# What the job measures by the version's training data.
BY_REFERENCE = {
    *("chi_square", "jensen_shannon", "ks", "psi", "wasserstein", "location_shift", "spread_shift"),
    *("out_of_range_ratio", "unseen_category_ratio", "quarantine_ratio", "duplicate_ratio", "slice_loss"),
    *("expected_roc_auc", "expected_accuracy", "expected_precision", "expected_recall"),
}


def _rows() -> pd.DataFrame:
    frames = [
        client_rows(rows, seed=number).assign(application_month=at) for number, (at, rows) in enumerate(ROWS.items())
    ]
    found = pd.concat(frames, ignore_index=True).assign(client_id=lambda rows: np.arange(len(rows)))
    # One column with nulls.
    found.loc[::7, "inflow_mean"] = None
    return found


def _keep(lake: Lake, case: UseCase, table: Table, rows: pd.DataFrame) -> None:
    name = table.full_name("test", case.name)
    frame = lake.spark.createDataFrame(rows)
    lake.tables.create(table, name)
    lake.tables.append(table, name, frame.select(*(F.col(each.name).cast(each.type) for each in table.columns)))


def _scored(rows: pd.DataFrame, version: int) -> pd.DataFrame:
    return rows.assign(model_version=version, model=MODEL, run_id="1", scored_at=datetime.now(UTC), features_hash="a")


@pytest.fixture
def monitored(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> Lake:
    """Four periods; version 1 scored three of them, and version 2, which no gate compared, half of one."""
    declare(monkeypatch, CASE)
    rows, outcome = _rows(), _MODEL.outcome
    month = rows["application_month"]
    _keep(lake, CASE, _MODEL.feature_table.table, rows)
    known = rows[month.isin([FITTED, LARGE]) | ((month == YOUNG) & (rows["client_id"] % 5 == 0))]
    named = {"client_id": outcome.key, "application_month": outcome.event_time, LABEL: outcome.label}
    _keep(lake, CASE, outcome.table, known.rename(columns=named).assign(**{outcome.known_from: UNSCORED}))
    answered = rows[month != UNSCORED]
    half = rows[(month == LARGE) & (rows["client_id"] % 2 == 0)].assign(**{PREDICTION: 0.4})
    _keep(lake, CASE, predictions(CASE), pd.concat([_scored(answered, 1), _scored(half, 2)]))
    told = {"gate": "comparison", "verdict": "pass", "reason": "", "thresholds": "{}", "decided_by": "a"}
    verdict = {"run_id": "1", "model": MODEL, "version": 1, "decided_at": datetime.now(UTC), **told}
    judged = {**verdict, "inputs": '{"holdout_periods": "2024-04-01..2024-05-01"}'}
    name = GATE_RESULTS.full_name("test", "credit")
    lake.tables.create(GATE_RESULTS, name)
    lake.tables.append(GATE_RESULTS, name, frame_of(lake.spark, GATE_RESULTS, [judged]))
    return lake


def _of_job(lake: Lake) -> list[dict[str, Any]]:
    """The figures of the job's metrics, in the pipeline's columns."""
    task = Common(use_case=CASE, catalog="test", run_id="1")
    sources = read_sources(lake.tables, task)
    seen = see(task, sources, ())
    periods = plan(seen.states, 1, {}, sources.calendar, task.model.monitoring.labels_due_periods)
    found = measure_periods(task, sources, seen, periods, {1: expected()})
    return [{**each.as_row(), "model": MODEL, "why_unknown": None} for each in found if each.value is not None]


def _hashed(rows: Iterable[Mapping[str, Any]]) -> str:
    """Values to nine digits: a sum depends on the order of its rows, which Spark does not fix."""
    return content_hash(
        [
            f"{each[column.name]:.9g}" if isinstance(each[column.name], float) else each[column.name]
            for column in FIGURES
        ]
        for each in rows
    )


@pytest.mark.slow
def test_the_pipeline_measures_what_the_job_measures(monitored: Lake) -> None:
    """By the hash of their content; of periods fitted on, or without enough outcomes, it says why there is no figure.

    It measures every version that scored a period, the job the one that scored most; without the gates' record no
    outcome proves anything about a version.
    """
    folder, events = update(monitored, monitoring_source(CASE, CASE.models[0], "test"))
    made = [row.asDict() for row in folder.kept["default_risk_measures"].collect()]
    of_job = _of_job(monitored)
    assert {each["metric"] for each in of_job} - {each["metric"] for each in made} <= BY_REFERENCE
    both = [each for each in of_job if each["metric"] not in BY_REFERENCE]
    # An unscored period is measured for the live version by the job, and for none here.
    named = {tuple(each[key] for key in KEYS): each for each in made}
    same = [
        named[tuple(None if key == "model_version" and each["period"] == UNSCORED else each[key] for key in KEYS)]
        for each in both
    ]
    assert _hashed({**each, "model_version": each["model_version"] or 1} for each in same) == _hashed(both)
    assert {each["metric"] for each in both} >= {"roc_auc", "expected_calibration_error", "null_ratio", "row_count"}
    assert {each["column"] for each in both} >= {"", "sex=1", "inflow_mean"}

    def why(period: date, version: int | None) -> str | None:
        return str(named[(period, version, "roc_auc", "")]["why_unknown"])

    assert why(LARGE, 1) == "None"
    assert why(FITTED, 1) == "version 1 was fitted on this period, so its outcomes prove nothing"
    assert why(YOUNG, 1) == "the outcome of 60 of 300 rows is known"
    assert why(LARGE, 2) == "no gate recorded the hold-out of version 2, so any period may be known"
    assert (UNSCORED, None, "roc_auc", "") not in named
    quality = events["default_risk_measures"]["details"]["flow_progress"]["data_quality"]
    unknown = sum(each["value"] is None for each in made)
    assert [(each["name"], each["failed_records"]) for each in quality["expectations"]] == [("known", unknown)]

"""Deliveries are judged as they arrive: once, with the records that are not as expected, and in monitoring."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from ml.declarations import Complete, Range, Refers, Severity, Steady, Unique, Volume
from ml.declarations.expectations import Expectation
from ml.ingest import bronze, silver
from ml.ingest.deliveries import UnmetError
from ml.monitoring.measure import unmet_deliveries
from ml.parameters import Common
from ml.usecases import USE_CASES
from ml.usecases.credit.tables import APPLICATIONS
from tests.ml.lake import Lake, application

EXPECTS: tuple[Expectation, ...] = (
    Volume(),
    Range(column="age", maximum=60, max_share=0.5),
    Unique(of=("limit_bal", "age"), max_share=0.25),
    Steady(column="limit_bal"),
    Refers(of=("client_id", "application_month"), to=APPLICATIONS),
)


_SUMMARY = ("source_file", "verdict", "rows")


def _month(file: object) -> str:
    return Path(str(file)).stem


def _expecting(monkeypatch: pytest.MonkeyPatch, *expects: Expectation) -> None:
    case = USE_CASES["credit"]
    feeds = tuple(replace(feed, expects=expects if feed.name == "applications" else ()) for feed in case.feeds)
    monkeypatch.setitem(USE_CASES, "credit", replace(case, feeds=feeds))


def _arrive(lake: Lake, month: str, *rows: Sequence[object]) -> None:
    lake.land("applications", month, *rows)
    lake.run(bronze)
    lake.run(silver)


@pytest.mark.slow
def test_each_delivery_is_judged_once_against_those_before(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    """Four usual months; then one of other limits and few rows; nothing is judged twice."""
    _expecting(monkeypatch, *EXPECTS)
    for month in range(1, 5):
        rows = [application(100 * month + at, LIMIT_BAL=1000 + 10 * at, AGE=30) for at in range(40)]
        lake.land("applications", f"2023-{month:02}", *rows)
    lake.run(bronze)
    lake.run(silver)
    _arrive(lake, "2023-05", *[application(500 + at, LIMIT_BAL=9000 + at // 2, AGE=61 + at % 2) for at in range(18)])
    lake.run(silver)
    found = {_month(file): (verdict, rows) for file, verdict, rows in lake.rows("ops.deliveries", *_SUMMARY)}
    assert found == {
        "2023-01": ("unknown", 40),
        "2023-02": ("unknown", 40),
        "2023-03": ("unknown", 40),
        "2023-04": ("ok", 40),
        "2023-05": ("warn", 18),
    }
    checks = lake.rows("ops.delivery_checks", "source_file", "expectation", "verdict")
    assert {name: verdict for file, name, verdict in checks if _month(file) == "2023-05"} == {
        "volume": "warn",
        "range:age": "warn",
        "unique:limit_bal+age": "ok",
        "steady:limit_bal": "warn",
        "refers:client_id+application_month": "ok",
    }
    broken = lake.rows("ops.delivery_rows", "source_file", "row_number", "reason")
    assert [(_month(file), at, why) for file, at, why in broken] == [
        ("2023-05", at, "age is over 60") for at in range(1, 19)
    ]
    case = USE_CASES["credit"]
    task = Common(use_case=case, catalog="test", run_id="m")
    assert unmet_deliveries(lake.tables, task, case.feeds[0]) == {date(2023, 5, 1): 1}
    # Nothing of this one is taken, so it has no period: it counts in the newest that was known.
    _arrive(lake, "2023-06", application(900, SEX=7))
    assert ("2023-06", "warn", 0) in [(_month(file), *found) for file, *found in lake.rows("ops.deliveries", *_SUMMARY)]
    assert unmet_deliveries(lake.tables, task, case.feeds[0]) == {date(2023, 5, 1): 2}


def test_what_must_hold_fails_the_task_after_all_is_written(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    """Silver has the record, the error names the delivery, a retry fails as well, and the next run goes on."""
    _expecting(monkeypatch, Range(column="age", maximum=60, severity=Severity.FAIL), Complete(column="education"))
    with pytest.raises(UnmetError, match=r"2023-01\.csv: range:age: 1 of 1 records: age is over 60"):
        _arrive(lake, "2023-01", application(1, AGE=61))
    assert lake.rows("silver.applications", "client_id") == [(1,)]
    with pytest.raises(UnmetError, match=r"2023-01\.csv"):
        lake.run(silver)
    lake.run(silver, "2")
    assert [verdict for _, verdict, _ in lake.rows("ops.deliveries", *_SUMMARY)] == ["fail"]

"""Gold by difference: what a build does, says, and leaves alone."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from ml.declarations import Aggregate, Dimension, Feature, FeatureTable, History, Past, UseCase, Window
from ml.features import build
from ml.ingest import bronze, silver
from ml.streams.checkpoint import Checkpoint
from ml.tables import Tables
from ml.usecases import USE_CASES
from tests.ml.actions import executed
from tests.ml.lake import CREDIT, Lake
from tests.ml.lake import application as whole_application
from tests.ml.small import declare, small

pytestmark = pytest.mark.slow

NARROW = small()
LABELS = NARROW.models[0].outcome.source
PAST_LABELS = History(table=LABELS, on=("client_id",), time="known_month")
NEWEST_LABEL = Dimension(table=LABELS, on=("client_id",), valid_from="known_month")
REPORTS = Feature(
    name="reports",
    expression="defaulted",
    type="bigint",
    comment="Reports in the two months before.",
    window=Window(history=PAST_LABELS, aggregate=Aggregate.COUNT, past=Past(periods=2)),
)
REPORTED = Feature(
    name="reported",
    expression="defaulted",
    type="int",
    comment="The newest report.",
    null_meaning="none",
    dimension=NEWEST_LABEL,
)


@pytest.fixture(autouse=True)
def _narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    declare(monkeypatch, NARROW)


def application(client: int) -> tuple[int, int]:
    """One valid application of the narrow feed."""
    return client, 40


def _declare(monkeypatch: pytest.MonkeyPatch, *more: Feature, **changes: Any) -> UseCase:
    """The narrow case with `more` features and other `changes` to its feature table."""
    table: FeatureTable = NARROW.models[0].feature_table
    table = replace(table, **{"features": (*table.features, *more)} | changes)
    case = replace(NARROW, models=(replace(NARROW.models[0], feature_table=table),))
    monkeypatch.setitem(USE_CASES, "credit", case)
    return case


def _silver(lake: Lake, run_id: str = "1") -> None:
    lake.run(bronze, run_id)
    lake.run(silver, run_id)


def _said(lake: Lake, capfd: pytest.CaptureFixture[str], run_id: str = "1") -> list[str]:
    """What a build says of each table, sorted."""
    capfd.readouterr()
    lake.run(build, run_id)
    return sorted(line for line in capfd.readouterr().out.splitlines() if not line.startswith("{"))


def _forget(lake: Lake) -> None:
    """Forget what gold was built from, so that it is built whole."""
    shutil.rmtree(lake.root / "test" / "credit_ops" / "checkpoints" / "gold")


def test_only_events_that_changed_or_see_a_change_are_built(
    lake: Lake, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """A new event, and of the old ones those whose window or dimension a new row falls in; it equals a whole build."""
    _declare(monkeypatch, REPORTS, REPORTED)
    for month in (1, 3, 5):
        lake.land("applications", f"2023-0{month}", application(month), application(month + 10))
    _silver(lake)
    assert _said(lake, capfd) == [
        "client_features: full build, because it was not built before: 6 rows added, 0 changed, 0 removed",
        "client_outcomes: full build, because it was not built before: 0 rows added, 0 changed, 0 removed",
    ]
    assert _said(lake, capfd) == ["client_features: nothing new", "client_outcomes: nothing new"]
    # In the window of client 3 (March) and too old for that of client 5 (May); both are after it by time.
    lake.land("labels", "2023-02", (3, 1), (5, 1), (11, 0))
    lake.land("applications", "2023-06", application(6))
    _silver(lake, "2")
    assert _said(lake, capfd) == [
        "client_features: 1 rows added, 2 changed, 0 removed",
        "client_outcomes: 1 rows added, 0 changed, 0 removed",
    ]
    columns = ("client_id", "reports", "reported")
    assert lake.rows("gold.client_features", *columns) == [
        (1, 0, None),
        (3, 1, 1),
        (5, 0, 1),
        (6, 0, None),
        (11, 0, None),
        (13, 0, None),
        (15, 0, None),
    ]
    before = lake.versions()
    _forget(lake)
    assert "0 rows added, 0 changed, 0 removed" in _said(lake, capfd)[0]
    assert lake.versions() == before


def test_the_events_to_build_are_those_that_a_change_concerns(
    lake: Lake, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """Asked of the write itself: neither another client's row nor one out of the window's reach is computed."""
    _declare(monkeypatch, REPORTS)
    for month in (1, 3, 6):
        lake.land("applications", f"2023-0{month}", application(month))
    lake.land("labels", "2023-07", (1, 0))
    _silver(lake)
    lake.run(build)
    lake.land("labels", "2023-02", (3, 0), (6, 0))
    _silver(lake, "2")
    asked: list[list[tuple[Any, ...]]] = []
    write: Callable[..., Any] = Tables.replace_part

    def spy(tables: Tables, table: Any, full_name: str, frame: Any, touched: Any) -> Any:
        asked.append(sorted(tuple(row) for row in touched.collect()))
        return write(tables, table, full_name, frame, touched)

    monkeypatch.setattr(Tables, "replace_part", spy)
    lake.run(build, "2")
    assert [(3, date(2023, 3, 1))] in asked
    assert [(3,), (6,)] in asked
    assert len(asked) == 3


def test_an_event_that_is_gone_leaves_gold_by_difference(lake: Lake, capfd: pytest.CaptureFixture[str]) -> None:
    """Its feature row and its outcome go, and the outcome waits again; others are not touched."""
    lake.land("applications", "2023-01", application(1), application(2))
    lake.land("labels", "2023-02", (1, 1), (2, 0))
    _silver(lake)
    lake.run(build)
    lake.spark.sql(f"DELETE FROM {_path(lake, 'credit_silver/applications')} WHERE client_id = 1").collect()
    lake.spark.sql(f"DELETE FROM {_path(lake, 'credit_silver/labels')} WHERE client_id = 2").collect()
    assert _said(lake, capfd) == [
        "client_features: 0 rows added, 0 changed, 1 removed",
        "client_outcomes: 0 rows added, 0 changed, 2 removed",
    ]
    assert lake.rows("gold.client_features", "client_id") == [(2,)]
    assert lake.rows("gold.client_outcomes") == []
    assert lake.rows("gold.client_outcomes_quarantine", "client_id") == [(1,)]


def _path(lake: Lake, table: str) -> str:
    return f"delta.`{lake.root / 'test' / table}`"


def _one_built(lake: Lake) -> None:
    lake.land("applications", "2023-03", application(1))
    lake.land("labels", "2023-02", (1, 0))
    _silver(lake)
    lake.run(build)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"comment": "Another comment.", "owner": "others"}, "client_features: nothing new"),
        (
            {"features": (REPORTED, *NARROW.models[0].feature_table.features)},
            "client_features: full build, because its declaration has changed: 0 rows added, 1 changed, 0 removed",
        ),
    ],
)
def test_a_changed_declaration_builds_the_table_whole_and_a_comment_does_not(
    lake: Lake,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    changes: dict[str, Any],
    said: str,
) -> None:
    """And says so."""
    lake.begin("one built", lambda: _one_built(lake))
    _declare(monkeypatch, **changes)
    assert _said(lake, capfd)[0] == said


def test_an_optional_source_that_comes_builds_the_table_whole(
    lake: Lake, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """A count of a source that nobody delivers is unknown; once there is one row of it, it is 0."""
    optional = replace(PAST_LABELS, optional=True)
    window = Window(history=optional, aggregate=Aggregate.COUNT, past=Past(periods=2))
    _declare(monkeypatch, replace(REPORTS, window=window, null_meaning="labels are not delivered"))
    lake.land("applications", "2023-01", application(1))
    _silver(lake)
    lake.run(build)
    assert lake.rows("gold.client_features", "reports") == [(None,)]
    lake.land("labels", "2023-04", (9, 0))
    _silver(lake, "2")
    assert _said(lake, capfd)[0] == (
        "client_features: full build, because a source was added or removed: 0 rows added, 1 changed, 0 removed"
    )
    assert lake.rows("gold.client_features", "reports") == [(0,)]


def test_without_the_changes_of_a_table_gold_is_built_whole_and_they_are_kept_from_then_on(
    lake: Lake, capfd: pytest.CaptureFixture[str]
) -> None:
    """As for a silver table that an earlier release made."""
    off = "SET TBLPROPERTIES (delta.enableChangeDataFeed = false)"
    lake.land("applications", "2023-01", application(1))
    _silver(lake)
    lake.run(build)
    lake.spark.sql(f"ALTER TABLE {_path(lake, 'credit_silver/applications')} {off}").collect()
    lake.land("applications", "2023-02", application(2))
    _silver(lake, "2")
    why = "full build, because a source table has no change data feed"
    assert _said(lake, capfd) == [
        f"client_features: {why}: 1 rows added, 0 changed, 0 removed",
        f"client_outcomes: {why}: 0 rows added, 0 changed, 0 removed",
    ]
    lake.land("applications", "2023-03", application(3))
    _silver(lake, "3")
    assert _said(lake, capfd)[0] == "client_features: 1 rows added, 0 changed, 0 removed"


def test_the_table_without_sensitive_columns_moves_along(
    lake: Lake, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """A job that begins to keep it fills it whole; then it gains what the feature table gains."""
    declare(monkeypatch, CREDIT)
    lake.land("applications", "2023-01", whole_application(1))
    _silver(lake)
    lake.run(build)
    capfd.readouterr()
    lake.run(build, unmasked_table="plain")
    assert "client_features: full build, because its declaration has changed" in capfd.readouterr().out
    lake.land("applications", "2023-02", whole_application(2))
    _silver(lake, "2")
    lake.run(build, "2", unmasked_table="plain")
    assert "client_features: 1 rows added, 0 changed, 0 removed" in capfd.readouterr().out
    columns = [column.name for column in lake.tables.read("test.credit_gold.plain").schema.fields]
    assert "sex" not in columns
    assert lake.rows("gold.plain") == lake.rows("gold.client_features", *columns)
    assert lake.rows("gold.plain", "client_id") == [(1,), (2,)]


def test_month_by_month_ends_as_all_at_once(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    """Labels before their applications, late ones and others: whatever came when, gold is the same."""
    _declare(monkeypatch, REPORTS, REPORTED)
    deliveries: list[tuple[str, str, list[Any]]] = [
        ("labels", "2023-04", [(1, 0), (3, 1)]),
        ("applications", "2023-03", [application(1), application(2)]),
        ("labels", "2023-02", [(2, 1)]),
        ("applications", "2023-05", [application(3), application(4)]),
        ("labels", "2023-06", [(4, 1)]),
    ]
    for number, (feed, month, records) in enumerate(deliveries):
        lake.land(feed, month, *records)
        _silver(lake, str(number))
        lake.run(build, str(number))
    by_month, versions = _gold(lake), lake.versions()
    assert [len(rows) for rows in by_month] == [4, 2, 2]
    _forget(lake)
    lake.run(build, "whole")
    assert _gold(lake) == by_month
    assert lake.versions() == versions


TABLES = ("client_features", "client_outcomes", "client_outcomes_quarantine")


def _gold(lake: Lake) -> list[list[tuple[object, ...]]]:
    return [lake.rows(f"gold.{name}") for name in TABLES]


def _two_silver_months(lake: Lake, *, built: bool) -> None:
    """The first of them is in gold if `built`."""
    lake.land("applications", "2023-01", application(1))
    lake.land("labels", "2023-02", (1, 0), (2, 1))
    _silver(lake)
    if built:
        lake.run(build)
    lake.land("applications", "2023-03", application(3))
    lake.land("applications", "2022-12", application(2))
    lake.land("labels", "2023-04", (3, 1), (4, 1))
    _silver(lake, "2")


# Where a build is killed: at its first or a later build, around the write of each table or of a checkpoint.
# All but the first are an extra.
POINTS = [
    ("replace_part", TABLES[0]),
    *(
        pytest.param(point, table, marks=pytest.mark.long)
        for point, table in (
            *(("replace_part", table) for table in TABLES[1:]),
            *(("replace", table) for table in TABLES),
            *(("commit", table) for table in TABLES[:2]),
        )
    ),
]


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize(("point", "table"), POINTS)
def test_a_build_killed_at_any_point_is_completed_by_the_next(
    lake: Lake, monkeypatch: pytest.MonkeyPatch, point: str, table: str, *, after: bool
) -> None:
    """Just before or just after each write: gold ends as if nothing had happened."""
    built = point != "replace"
    lake.begin(f"two silver months, built {built}", lambda: _two_silver_months(lake, built=built))
    owner: Any = Checkpoint if point == "commit" else Tables
    done = getattr(owner, point)

    def killed(self: Any, *given: Any) -> Any:
        named = self._folder.name if point == "commit" else given[0].name
        if named != table:
            return done(self, *given)
        if after:
            done(self, *given)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(owner, point, killed)
        with pytest.raises(KeyboardInterrupt):
            lake.run(build, "2")
    lake.run(build, "3")
    assert lake.rows("gold.client_features", "client_id") == [(1,), (2,), (3,)]
    assert lake.rows("gold.client_outcomes", "client_id", "defaulted") == [(1, 0), (2, 1), (3, 1)]
    assert lake.rows("gold.client_outcomes_quarantine", "client_id") == [(4,)]
    before = lake.versions()
    lake.run(build, "4")
    assert lake.versions() == before


def test_a_month_takes_few_executions(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every query, write and statement counts. Without news two: is an optional source empty, and the account."""
    declare(monkeypatch, CREDIT)
    counts = {}
    for run_id in ("first", "month", "nothing"):
        if run_id != "nothing":
            month = {"first": 1, "month": 3}[run_id]
            lake.land("applications", f"2023-0{month}", whole_application(month))
            lake.land("labels", f"2023-0{month + 1}", (month, 0))
            _silver(lake, run_id)
        with executed() as found:
            lake.run(build, run_id)
        counts[run_id] = len(found)
    assert counts == {"first": 22, "month": 19, "nothing": 2}

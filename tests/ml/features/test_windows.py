"""Features over the past and over dimensions: exact values on small frames, and what must not leak."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from pyspark.sql import DataFrame, SparkSession

from ml.declarations import (
    Aggregate,
    Calendar,
    Column,
    DeclarationError,
    Dimension,
    Feature,
    FeatureTable,
    History,
    Layer,
    Past,
    Period,
    Table,
    Window,
    lag,
)
from ml.features.frames import feature_rows


def _table(name: str, keys: tuple[str, ...], **types: str) -> Table:
    columns = tuple(Column(name=each, type=kind, comment=f"{each}.", nullable=True) for each, kind in types.items())
    return Table(name=name, layer=Layer.SILVER, columns=columns, keys=keys, owner="ml-engineers", comment=name)


EVENTS = _table("events", ("client_id", "month"), client_id="bigint", month="date", branch="string", amount="double")
MOVES = _table(
    "moves",
    ("client_id", "month", "account"),
    client_id="bigint",
    month="date",
    account="int",
    known="date",
    paid="double",
)
BRANCHES = _table("branches", ("branch", "since"), branch="string", since="date", until="date", told="date", rank="int")
MOVED = History(table=MOVES, on=("client_id",), time="month", known_from="known")
THREE = Past(periods=3)


def _window(name: str, aggregate: Aggregate, past: Past = THREE, *, history: History = MOVED) -> Feature:
    return Feature(
        name=name,
        expression="paid",
        type="bigint" if aggregate in (Aggregate.COUNT, Aggregate.DISTINCT) else "double",
        comment="Paid.",
        null_meaning="nothing was known",
        window=Window(history=history, aggregate=aggregate, past=past),
    )


def _features(*features: Feature, **changes: object) -> FeatureTable:
    return FeatureTable(
        **{
            "name": "made",
            "source": EVENTS,
            "key": "client_id",
            "event_time": "month",
            "features": features,
            "owner": "ml-engineers",
            "comment": "Made.",
            **changes,
        }  # type: ignore[arg-type]
    )


def _month(number: int) -> date:
    return date(2024, number, 1)


EVENT_ROWS = [(1, _month(5), "north", 10.0), (1, _month(7), "south", 20.0), (2, _month(5), "north", 30.0)]
EVENT_SCHEMA = "client_id long, month date, branch string, amount double"
MOVE_SCHEMA = "client_id long, month date, account int, known date, paid double"
MOVE_ROWS = [
    (1, _month(1), 1, _month(1), 1000.0),  # before every window of May
    (1, _month(2), 1, _month(2), 2.0),
    (1, _month(3), 1, _month(3), 4.0),
    (1, _month(4), 1, _month(4), 6.0),
    (1, _month(5), 1, _month(5), 500.0),  # May's own
    (1, _month(6), 1, _month(6), 70.0),
]
Built = Callable[[FeatureTable, list[tuple[object, ...]]], dict[tuple[object, ...], tuple[object, ...]]]


@pytest.fixture
def built(spark: SparkSession) -> Built:
    """Feature values by client and month."""

    def build(table: FeatureTable, moves: list[tuple[object, ...]]) -> dict[tuple[object, ...], tuple[object, ...]]:
        events = spark.createDataFrame(EVENT_ROWS, EVENT_SCHEMA)
        frame = spark.createDataFrame(moves, MOVE_SCHEMA)
        rows = feature_rows(table, events, lambda other: frame if other.table == MOVES else None).collect()
        return {(row[0], row[1]): tuple(row)[2:] for row in rows}

    return build


def test_each_aggregate_of_the_last_three_months(built: Built) -> None:
    """Of 2, 4 and 6 in February to April, as of May; May's own 500 and January's 1000 are in none."""
    every = [aggregate for aggregate in Aggregate if aggregate is not Aggregate.DISTINCT]
    rows = built(_features(*(_window(str(each), each) for each in every)), MOVE_ROWS)
    found = dict(zip(map(str, every), rows[(1, _month(5))], strict=True))
    assert found == {
        "sum": 12.0,
        "mean": 4.0,
        "min": 2.0,
        "max": 6.0,
        "count": 3,
        "stddev": pytest.approx(2.0),
        "last": 6.0,
        "trend": pytest.approx(2.0),
    }


def test_a_client_without_a_past_has_counts_of_zero_and_nulls(built: Built) -> None:
    """Client 2 never moved anything."""
    table = _features(
        _window("moves", Aggregate.COUNT), _window("kinds", Aggregate.DISTINCT), _window("paid", Aggregate.SUM)
    )
    assert built(table, MOVE_ROWS)[(2, _month(5))] == (0, 0, None)


def test_lags_and_skipped_periods(built: Built) -> None:
    """As of May, one month before is April and three are February; two with one skipped are February and March."""
    table = _features(
        *(
            replace(_window(f"lag_{number}", Aggregate.LAST), window=lag(MOVED, number), name=f"lag_{number}")
            for number in (1, 3)
        ),
        _window("earlier", Aggregate.SUM, Past(periods=2, skip=1)),
    )
    assert built(table, MOVE_ROWS)[(1, _month(5))] == (6.0, 2.0, 6.0)


def test_distinct_values_and_expressions(built: Built) -> None:
    """An expression is taken of every row, then aggregated."""
    table = _features(replace(_window("kinds", Aggregate.DISTINCT), expression="paid > 3"))
    assert built(table, MOVE_ROWS)[(1, _month(5))] == (2,)


def test_what_became_known_late_counts_as_unknown_before_it_came(built: Built) -> None:
    """April's row, delivered in May, is in no window of May, and is in those of July."""
    late = [(1, _month(4), 1, _month(5), 6.0), *(row for row in MOVE_ROWS if row[1] != _month(4))]
    table = _features(_window("paid", Aggregate.SUM, Past(periods=3)))
    rows = built(table, late)
    assert (rows[(1, _month(5))], rows[(1, _month(7))]) == ((6.0,), (576.0,))


@pytest.mark.parametrize("aggregate", list(Aggregate))
def test_the_future_changes_nothing(built: Built, aggregate: Aggregate) -> None:
    """As of May, features are the same whether or not rows of May, or known in May, or later have arrived."""
    table = _features(_window("value", aggregate, Past(periods=4, skip=0)))
    known = [row for row in MOVE_ROWS if row[1] < _month(5)]
    planted = [
        *MOVE_ROWS,
        (1, _month(5), 2, _month(4), -9.0),  # of the event's own month, and known before: still not its past
        (1, _month(4), 2, _month(6), -9.0),
        (2, _month(5), 1, _month(5), -9.0),
    ]
    then, later = built(table, known), built(table, planted)
    assert then[(1, _month(5))][0] not in (None, 0)
    for key in ((1, _month(5)), (2, _month(5))):
        # The order in which Spark adds moves the last digits.
        assert later[key] == (pytest.approx(then[key][0]),)


@pytest.mark.parametrize(
    ("past", "message"),
    [
        ({"periods": 3, "skip": -1}, "the window would see the event's own period"),
        ({"periods": 0}, "periods is 0: give 1 or more"),
    ],
)
def test_a_window_that_sees_its_own_period_is_refused(past: dict[str, int], message: str) -> None:
    """It cannot be declared."""
    with pytest.raises(DeclarationError, match=message):
        Past(**past)


def test_a_window_over_the_tables_own_rows(spark: SparkSession) -> None:
    """What the client asked for before: July sees May, May sees nothing."""
    own = History(table=EVENTS, on=("client_id",), time="month")
    feature = replace(_window("asked", Aggregate.SUM, history=own), expression="amount")
    events = spark.createDataFrame(EVENT_ROWS, EVENT_SCHEMA)
    rows = feature_rows(_features(feature), events, lambda _: events).collect()
    assert sorted(map(tuple, rows), key=str) == [
        (1, _month(5), None),
        (1, _month(7), 10.0),
        (2, _month(5), None),
    ]


BRANCH_ROWS = [
    ("north", _month(1), _month(4), _month(1), 1),
    ("north", _month(4), None, _month(4), 2),
    ("north", _month(6), None, _month(6), 3),  # valid later than May
    ("south", _month(1), _month(7), _month(1), 4),  # no longer valid in July
]
BRANCH_SCHEMA = "branch string, since date, until date, told date, rank int"
BRANCH = Dimension(table=BRANCHES, on=("branch",), valid_from="since", valid_until="until", known_from="told")
RANK = Feature(name="rank", expression="rank", type="int", comment="Rank.", null_meaning="no branch", dimension=BRANCH)


@pytest.mark.parametrize(
    ("dimension", "branches", "expected"),
    [
        (BRANCH, BRANCH_ROWS, {(1, 5): 2, (1, 7): None, (2, 5): 2}),
        (replace(BRANCH, max_age_days=20), BRANCH_ROWS, {(1, 5): None, (1, 7): None, (2, 5): None}),
        (BRANCH, [("north", _month(5), None, _month(6), 9)], {(1, 5): None, (1, 7): None, (2, 5): None}),
    ],
)
def test_a_dimension_is_joined_as_it_was_at_the_event(
    spark: SparkSession,
    dimension: Dimension,
    branches: list[tuple[object, ...]],
    expected: dict[tuple[int, int], int | None],
) -> None:
    """The newest valid row; never one that is valid, or became known, later; none that is too old."""
    rows = feature_rows(
        _features(replace(RANK, dimension=dimension)),
        spark.createDataFrame(EVENT_ROWS, EVENT_SCHEMA),
        lambda _: spark.createDataFrame(branches, BRANCH_SCHEMA),
    ).collect()
    assert {(row[0], row[1].month): row["rank"] for row in rows} == expected


def test_an_optional_source_that_is_not_there_gives_nulls(spark: SparkSession) -> None:
    """Counts too: nothing is known, which is not the same as zero."""
    absent = replace(MOVED, optional=True)
    table = _features(_window("moves", Aggregate.COUNT, history=absent), _window("paid", Aggregate.SUM, history=absent))
    rows = feature_rows(table, spark.createDataFrame(EVENT_ROWS, EVENT_SCHEMA), lambda _: None).collect()
    assert {tuple(row)[2:] for row in rows} == {(None, None)}


def test_hours_and_composite_keys(spark: SparkSession) -> None:
    """Readings by shop and till: the window is the three hours before the hour of the event."""
    readings = _table("readings", ("shop", "till", "at"), shop="string", till="int", at="timestamp", paid="double")
    past = History(table=readings, on=("shop", "till"), time="at")
    table = _features(
        _window("paid", Aggregate.SUM, history=past), source=readings, key="shop", more_keys=("till",), event_time="at"
    )
    rows = [
        ("a", 1, datetime(2024, 2, 1, 8, 59, tzinfo=UTC), 1.0),
        ("a", 1, datetime(2024, 2, 1, 9, 10, tzinfo=UTC), 2.0),
        ("a", 2, datetime(2024, 2, 1, 9, 10, tzinfo=UTC), 4.0),
        ("a", 1, datetime(2024, 2, 1, 9, 50, tzinfo=UTC), 8.0),
        ("a", 1, datetime(2024, 2, 1, 12, 5, tzinfo=UTC), 16.0),
    ]
    frame = spark.createDataFrame(rows, "shop string, till int, at timestamp, paid double")
    made = feature_rows(table, frame, lambda _: frame, Calendar(period=Period.HOUR)).collect()
    assert table.table.keys == ("shop", "till", "at")
    assert sorted((row["till"], row["paid"]) for row in made if row["paid"] is not None) == [
        (1, 1.0),
        (1, 1.0),
        (1, 10.0),
    ]


def test_features_of_another_table_are_joined_by_name(spark: SparkSession) -> None:
    """A feature table is a dimension: its newest row not after the event, and not too old."""
    other = _features(replace(_window("paid", Aggregate.SUM), name="paid"), name="other")
    shared = Feature(
        name="paid_before",
        expression="paid",
        type="double",
        comment="Paid.",
        null_meaning="unknown",
        dimension=other.as_dimension("lending", max_age_days=31),
    )
    gold: DataFrame = spark.createDataFrame(
        [(1, _month(4), 5.0), (1, _month(6), 6.0), (2, _month(6), 7.0)], "client_id long, month date, paid double"
    )
    rows = feature_rows(_features(shared), spark.createDataFrame(EVENT_ROWS, EVENT_SCHEMA), lambda _: gold).collect()
    found = {(row[0], row[1].month): row["paid_before"] for row in rows}
    assert found == {(1, 5): 5.0, (1, 7): 6.0, (2, 5): None}
    assert shared.dimension is not None
    assert shared.dimension.table.full_name("prod", shared.dimension.use_case or "") == "prod.lending_gold.other"


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda: History(table=MOVES, on=(), time="month"), "joins on nothing"),
        (lambda: History(table=MOVES, on=("client_id",), time="paid"), "'paid' is double: name a date"),
        (lambda: History(table=MOVES, on=("branch",), time="month"), "'branch' is not a column"),
        (lambda: _features(replace(RANK, dimension=None, window=None), event_time="amount"), "'amount' is double"),
        (lambda: replace(RANK, null_meaning=None), "say with null_meaning what that means"),
        (lambda: replace(RANK, window=Window(history=MOVED, aggregate=Aggregate.SUM, past=THREE)), "keep one"),
        (
            lambda: _features(_window("x", Aggregate.SUM, history=History(table=MOVES, on=("account",), time="month"))),
            r"joins on \['account'\], not columns of 'events'",
        ),
    ],
)
def test_a_wrong_declaration_is_refused(wrong: Callable[[], object], message: str) -> None:
    """Where it is declared, naming what was given and what to change."""
    with pytest.raises(DeclarationError, match=message):
        wrong()

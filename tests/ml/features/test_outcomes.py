"""Which event an outcome belongs to: exact rows on small frames, one per way to join."""

from dataclasses import replace
from datetime import date

import pytest
from pyspark.sql import SparkSession

from ml.declarations import Column, DeclarationError, History, Joins, Later, Layer, Model, Outcome, Table
from ml.features.outcomes import computed_rows, outcome_rows
from ml.usecases import use_case

CREDIT = use_case("credit")
EVENT_SCHEMA = "client_id long, application_month date, case_id string"


def _month(number: int) -> date:
    return date(2024, number, 1)


def _table(name: str, keys: tuple[str, ...], **types: str) -> Table:
    columns = tuple(Column(name=each, type=kind, comment=f"{each}.") for each, kind in types.items())
    return Table(name=name, layer=Layer.SILVER, columns=columns, keys=keys, owner="ml-engineers", comment=name)


EVENTS = _table(
    "applications",
    ("client_id", "application_month"),
    client_id="bigint",
    application_month="date",
    case_id="string",
)
GOLD = replace(
    CREDIT.models[0].outcome.table,
    columns=tuple(c for c in CREDIT.models[0].outcome.table.columns if c.name != "case_id"),
)


def _model(outcome: Outcome) -> Model:
    """The credit model with another outcome, over `EVENTS`."""
    table = replace(CREDIT.models[0].feature_table, source=EVENTS, features=())
    return replace(CREDIT.models[0], feature_table=table, outcome=outcome)


def _outcome(source: Table, **changes: object) -> Outcome:
    return Outcome(
        **{
            "table": GOLD,
            "source": source,
            "key": "client_id",
            "event_time": "application_month",
            "known_from": "known_month",
            "label": "defaulted",
            **changes,
        }  # type: ignore[arg-type]
    )


LABELS = _table("labels", ("client_id", "known_month"), client_id="bigint", known_month="date", defaulted="int")
TIMED = _table(
    "labels",
    ("client_id", "application_month", "known_month"),
    client_id="bigint",
    application_month="date",
    known_month="date",
    defaulted="int",
)
NAMED = _table("labels", ("case_id", "known_month"), case_id="string", known_month="date", defaulted="int")
RETURNING = [(1, _month(1), "a"), (1, _month(3), "b"), (2, _month(3), "c")]


@pytest.fixture(autouse=True)
def _bare_model(monkeypatch: pytest.MonkeyPatch) -> None:
    """Outcomes do not ask which features a model has."""
    monkeypatch.setattr(type(CREDIT.models[0]), "__post_init__", lambda _: None)


def _rows(
    spark: SparkSession, outcome: Outcome, outcomes: list[tuple[object, ...]]
) -> tuple[list[tuple[object, ...]], list[str]]:
    """Usable rows (client, event, known, label) and the reasons of the others, both sorted."""
    schema = ", ".join(f"{column.name} {column.type}" for column in outcome.source.columns)
    made = outcome_rows(
        _model(outcome),
        CREDIT.calendar,
        spark.createDataFrame(RETURNING, EVENT_SCHEMA),
        spark.createDataFrame(outcomes, schema),
    ).collect()
    assert len(made) == len(outcomes)
    names = [column.name for column in GOLD.columns]
    usable = sorted(tuple(row[name] for name in names) for row in made if row["_reason"] is None)
    return usable, sorted(row["_reason"] for row in made if row["_reason"] is not None)


def test_by_key_alone_an_outcome_of_a_returning_client_names_no_event(spark: SparkSession) -> None:
    """It once went to both events; a client who came once gets it."""
    found = _rows(spark, _outcome(LABELS), [(1, _month(4), 0), (2, _month(4), 1), (9, _month(4), 1)])
    assert found == (
        [(2, _month(3), _month(4), 1)],
        ["client_id 1 may belong to 2 rows of applications: it names none", "client_id 9 is not in applications"],
    )


def test_by_key_and_time(spark: SparkSession) -> None:
    """Each label goes to its own event, once; a time without event waits."""
    outcome = _outcome(TIMED, joins=Joins.KEY_AND_TIME, horizon_periods=1)
    rows = [
        (1, _month(1), _month(2), 0),
        (1, _month(3), _month(4), 1),
        (1, _month(2), _month(4), 1),
        (2, _month(3), _month(3), 1),
    ]
    assert _rows(spark, outcome, rows) == (
        [(1, _month(1), _month(2), 0), (1, _month(3), _month(4), 1)],
        [
            "client_id 1 has no row of applications with application_month 2024-02-01, 1 or more months before "
            "known_month 2024-04-01",
            "client_id 2 has no row of applications with application_month 2024-03-01, 1 or more months before "
            "known_month 2024-03-01",
        ],
    )


def test_by_event_id(spark: SparkSession) -> None:
    """The event lends key and time."""
    outcome = _outcome(NAMED, joins=Joins.EVENT_ID, event_id="case_id")
    assert _rows(spark, outcome, [("b", _month(4), 1), ("z", _month(4), 1), ("c", _month(2), 0)]) == (
        [(1, _month(3), _month(4), 1)],
        ["case_id z is not in applications", "known_month 2024-02-01 is before application_month 2024-03-01"],
    )


def test_to_the_event_before(spark: SparkSession) -> None:
    """Within the horizon: April's label is of March's event; May's, three months wide, may be of either."""
    outcome = _outcome(LABELS, joins=Joins.PRECEDING, horizon_periods=1, within_periods=2)
    assert _rows(spark, outcome, [(1, _month(2), 0), (1, _month(4), 1), (2, _month(6), 1)]) == (
        [(1, _month(1), _month(2), 0), (1, _month(3), _month(4), 1)],
        ["client_id 2 has no row of applications 1 to 2 months before known_month 2024-06-01"],
    )
    wide = replace(outcome, within_periods=3)
    assert _rows(spark, wide, [(1, _month(4), 1)])[1] == [
        "client_id 1 may belong to 2 rows of applications: it names none"
    ]


def test_known_before_the_horizon_is_refused(spark: SparkSession) -> None:
    """An outcome in the month of its event cannot be one of the next two months."""
    outcome = _outcome(LABELS, horizon_periods=2)
    assert _rows(spark, outcome, [(2, _month(4), 1), (2, _month(5), 1)]) == (
        [(2, _month(3), _month(5), 1)],
        ["known_month 2024-04-01 is less than 2 month(s) after application_month 2024-03-01"],
    )


def test_an_outcome_is_computed_from_later_rows(spark: SparkSession) -> None:
    """Was a payment missed within two months after the event? Known once they have passed, and then for good."""
    payments = _table("payments", ("client_id", "month"), client_id="bigint", month="date", told="date", missed="int")
    past = History(table=payments, on=("client_id",), time="month", known_from="told")
    later = Later(history=past, expression="missed = 1", within_periods=2)
    model = _model(_outcome(payments, later=later))
    rows = [
        (1, _month(1), _month(1), 1),  # the event's own month
        (1, _month(4), _month(4), 1),  # of March's event; too late for January's
        (1, _month(3), _month(6), 1),  # told when January's time had passed, and March's too
        (2, _month(4), _month(4), 0),
        (2, _month(5), _month(5), 0),
    ]
    events = [*RETURNING, (2, _month(4), "d")]
    frame = spark.createDataFrame(rows, "client_id long, month date, told date, missed int")
    made = computed_rows(model, CREDIT.calendar, later, spark.createDataFrame(events, EVENT_SCHEMA), frame).collect()
    assert sorted(tuple(row) for row in made) == [
        (1, _month(1), _month(4), 0, None),
        (1, _month(3), _month(6), 1, None),
        (2, _month(3), _month(6), 0, None),
    ]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"horizon_periods": -1}, "horizon_periods is -1"),
        ({"joins": Joins.PRECEDING}, "preceding, and no other, needs within_periods"),
        ({"within_periods": 2}, "preceding, and no other, needs within_periods"),
        ({"joins": Joins.PRECEDING, "horizon_periods": 3, "within_periods": 2}, "is less than horizon_periods 3"),
        ({"joins": Joins.EVENT_ID}, "event_id, and no other, needs event_id"),
        ({"joins": Joins.KEY_AND_TIME}, r"\['application_month'\] are not columns of its source 'labels'"),
    ],
)
def test_a_wrong_declaration_is_refused(changes: dict[str, object], message: str) -> None:
    """Where it is declared."""
    with pytest.raises(DeclarationError, match=message):
        _outcome(LABELS, **changes)


def test_an_outcome_of_the_event_itself_is_refused() -> None:
    """It would be known before it came true."""
    past = History(table=LABELS, on=("client_id",), time="known_month")
    with pytest.raises(DeclarationError, match="within_periods is 0"):
        Later(history=past, expression="true", within_periods=0)

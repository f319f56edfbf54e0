"""Answers against the columns that their problem declares."""

import math

import pytest
from pyspark.sql import DataFrame

from ml.declarations import BinaryClassification, Column, Layer, MulticlassClassification, Regression, Table
from ml.tables import frame_of
from ml.versions.answers import UnusableAnswersError, require_records, require_rows, same, shown, unusable
from tests.ml.lake import Lake

RISK = BinaryClassification().output
KINDS = MulticlassClassification(classes=("low", "middle", "high")).output
AMOUNT = Regression(unit="mg").output
COUNT = (Column(name="count", type="bigint", comment="How many.", minimum=0, allowed=(0, 1, 2)),)
SURE = {"probability_low": 0.2, "probability_middle": 0.5, "probability_high": 0.3}

USABLE = [
    (RISK, {"probability": 0.0}),
    (RISK, {"probability": 1}),
    (KINDS, {"prediction": "middle", **SURE}),
    (AMOUNT, {"prediction": -3.5, "lower": -1e300, "upper": 7.0}),
    (COUNT, {"count": 2}),
]
UNUSABLE = [
    (RISK, {"probability": None}, "probability"),
    (RISK, {"probability": math.nan}, "probability"),
    (RISK, {"probability": math.inf}, "probability"),
    (RISK, {"probability": 1.5}, "probability"),
    (RISK, {"probability": -0.1}, "probability"),
    (KINDS, {"prediction": "highest", **SURE}, "prediction"),
    (KINDS, {"prediction": "low", **SURE, "probability_high": 2.0}, "probability_high"),
    (AMOUNT, {"prediction": 1.0, "lower": -math.inf, "upper": 2.0}, "lower"),
    (AMOUNT, {"prediction": 1.0, "lower": 0.0, "upper": None}, "upper"),
    (COUNT, {"count": -1}, "count"),
    (COUNT, {"count": 3}, "count"),
]
USABLE_OF = dict(USABLE)


@pytest.mark.parametrize(("columns", "answer"), USABLE)
def test_what_is_declared_is_taken(columns: tuple[Column, ...], answer: dict[str, object]) -> None:
    """At the bounds too."""
    assert require_records([answer], columns, rows=1) == [answer]


@pytest.mark.parametrize(("columns", "answer", "named"), UNUSABLE)
def test_what_is_not_is_refused_by_the_column_and_with_what_was_given(
    columns: tuple[Column, ...], answer: dict[str, object], named: str
) -> None:
    """Null, no finite number, out of range, not allowed; the other columns are not named."""
    declared = {column.name: column for column in columns}
    with pytest.raises(UnusableAnswersError) as refused:
        require_records([USABLE_OF[columns], answer], columns, rows=2)
    assert str(refused.value) == f"answer 2 of 2: {named} is {answer[named]!r}, which is {unusable(declared[named])}"


def test_rows_on_the_workers_are_judged_by_the_same_rules(lake: Lake) -> None:
    """Each column is named with the number of its values that cannot be used."""
    for columns in (RISK, KINDS, AMOUNT, COUNT):
        good = [answer for declared, answer in USABLE if declared == columns]
        bad = [(answer, named) for declared, answer, named in UNUSABLE if declared == columns]
        require_rows(_frame(lake, columns, good), columns, "version 1 of m")
        with pytest.raises(UnusableAnswersError) as refused:
            require_rows(_frame(lake, columns, [*good, *(answer for answer, _ in bad)]), columns, "version 1 of m")
        named = [name for _, name in bad]
        for column in columns:
            said = f"{named.count(column.name)} value(s) of {column.name} that are {unusable(column)}"
            assert (said in str(refused.value)) == (column.name in named)


def _frame(lake: Lake, columns: tuple[Column, ...], answers: list[dict[str, object]]) -> DataFrame:
    nullable = tuple(Column(name=each.name, type=each.type, comment=each.comment, nullable=True) for each in columns)
    table = Table(name="given", layer=Layer.GOLD, columns=nullable, keys=(), owner="us", comment="Answers.")
    doubles = {each.name for each in columns if each.type == "double"}
    typed = [
        {name: value + 0.0 if name in doubles and value is not None else value for name, value in each.items()}  # type: ignore[operator]
        for each in answers
    ]
    return frame_of(lake.spark, table, typed)


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ([], r"1 rows were sent and 0 answers returned"),
        ([0.5], r"it is 0\.5; a value for each of probability is required"),
        ([{"score": 0.5}], "probability is missing: it has score"),
        ([{"probability": "0.5"}], "probability is '0.5', which is null, not a finite number or outside 0..1"),
        ([{"probability": True}], "probability is True, which is"),
    ],
)
def test_what_is_no_answer_is_refused(answers: list[object], said: str) -> None:
    """Too few, no record, another column, text, a truth value."""
    with pytest.raises(UnusableAnswersError, match=said):
        require_records(answers, RISK, rows=1)


def test_answers_are_the_same_up_to_the_last_digits() -> None:
    """Of numbers; a class is another or it is not."""
    one, digits = USABLE_OF[KINDS], {**USABLE_OF[KINDS], "probability_low": 0.2 + 1e-9}
    assert same(one, digits, KINDS)
    assert not same(one, {**one, "probability_low": 0.21}, KINDS)
    assert not same(one, {**one, "prediction": "low"}, KINDS)


def test_answers_are_shown_with_their_columns_if_there_are_several() -> None:
    """Three digits."""
    assert shown([{"probability": 0.1}, {"probability": 0.6}], RISK) == "0.100, 0.600"
    assert shown([{"prediction": 1.0, "lower": 0.5, "upper": 1.5}], AMOUNT) == (
        "prediction 1.000, lower 0.500, upper 1.500"
    )

"""What a delivery's figures say of it, against what is declared and what came before."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from ml.declarations import (
    Complete,
    DeclarationError,
    Feed,
    Fresh,
    Range,
    Refers,
    Severity,
    Steady,
    Unique,
    Volume,
)
from ml.declarations.expectations import Expectation
from ml.ingest.delivery_verdicts import Check, Delivery, Verdict, judged, verdict, why
from ml.usecases import USE_CASES
from ml.usecases.credit.tables import APPLICATIONS, LABELS

DELIVERY = Delivery(
    source_file="/Volumes/x/2024-05.csv",
    source_sha256="a",
    rows=1_000,
    loaded_at=datetime(2024, 6, 4, 12, tzinfo=UTC),
    newest_period=date(2024, 5, 1),
    period_ended=date(2024, 6, 1),
)
USUAL = (100, 100, 100, 100)


def _one(expectation: Expectation, before: list[Check] | None = None, **figures: object) -> Check:
    [found] = judged(replace(DELIVERY, **figures), [expectation], before or [])  # type: ignore[arg-type]
    return found


def _before(expectation: Expectation, count: int, **figures: object) -> list[Check]:
    return [_one(expectation, **figures) for _ in range(count)]


@pytest.mark.parametrize(("within", "expected"), [(3, Verdict.OK), (2, Verdict.WARN)])
def test_a_delivery_is_late_by_days_after_its_period(within: int, expected: Verdict) -> None:
    """May ended with the 31st; it came on the fourth of June."""
    found = _one(Fresh(within_days=within))
    assert (found.verdict, found.value) == (expected, 3.0)


def test_a_delivery_without_a_period_is_not_known_to_be_fresh() -> None:
    """Nothing of it was taken."""
    assert _one(Fresh(within_days=9), period_ended=None).verdict is Verdict.UNKNOWN


@pytest.mark.parametrize(
    ("rows", "deliveries", "expected"),
    [
        (0, 0, Verdict.WARN),
        (1, 0, Verdict.OK),
        # Two deliveries before it do not say what is usual, three do.
        (400, 2, Verdict.OK),
        (400, 3, Verdict.WARN),
        (500, 3, Verdict.OK),
        (2_001, 3, Verdict.WARN),
    ],
)
def test_volume_is_held_against_the_usual(rows: int, deliveries: int, expected: Verdict) -> None:
    """A thousand records came in each delivery before it."""
    volume = Volume()
    assert _one(volume, _before(volume, deliveries), rows=rows).verdict is expected


def test_records_may_break_an_expectation_up_to_a_share() -> None:
    """Ten of a thousand; severity decides what more than allowed is; of no records nothing is known."""
    for share, severity, expected in (
        (0.01, Severity.FAIL, Verdict.OK),
        (0.009, Severity.FAIL, Verdict.FAIL),
        (0.0, Severity.WARN, Verdict.WARN),
    ):
        complete = Complete(column="age", max_share=share, severity=severity)
        found = _one(complete, broken={"complete:age": 10})
        assert (found.verdict, found.value) == (expected, 0.01)
    assert "10 of 1,000 records: age is null" in found.reason
    assert _one(complete, rows=0).verdict is Verdict.UNKNOWN


@pytest.mark.parametrize(
    ("counts", "expected"),
    [((101, 99, 102, 98), Verdict.OK), ((10, 40, 250, 300), Verdict.WARN), ((0, 0, 0, 0), Verdict.UNKNOWN)],
)
def test_a_distribution_is_held_against_the_deliveries_before(counts: tuple[int, ...], expected: Verdict) -> None:
    """Of equal quarters; beyond the limit and beyond chance is a warning, no value at all is unknown."""
    steady, edges = Steady(column="age"), {"age": [1.0, 2.0, 3.0]}
    before = _before(steady, 3, counts={"age": USUAL}, edges=edges)
    assert [check.verdict for check in before] == [Verdict.UNKNOWN] * 3
    assert _one(steady, before, counts={"age": counts}, edges=edges).verdict is expected


def test_twenty_rows_that_scatter_are_no_change() -> None:
    """Their PSI is over the limit, and under what chance makes of so few."""
    steady, edges = Steady(column="age"), {"age": [1.0, 2.0, 3.0]}
    before = _before(steady, 3, counts={"age": USUAL}, edges=edges)
    found = _one(steady, before, rows=20, counts={"age": (1, 4, 7, 8)}, edges=edges)
    assert found.value is not None
    assert found.value > 0.25
    assert found.verdict is Verdict.OK


def test_the_worst_expectation_is_the_verdict_and_says_why() -> None:
    """Only what is not met or not known is said."""
    checks = judged(
        replace(DELIVERY, broken={"complete:age": 1}),
        [Volume(), Complete(column="age", severity=Severity.FAIL), Fresh(within_days=1)],
        [],
    )
    worst, said = verdict(checks)
    assert worst is Verdict.FAIL
    assert said.split("; ")[0] == "complete:age: 1 of 1,000 records: age is null"
    assert "volume" not in said
    assert verdict([]) == (Verdict.OK, "")


def test_reasons_of_records_name_no_value() -> None:
    """They may be sensitive, and who reads records may not see them."""
    assert why(Range(column="age", minimum=18, maximum=90)) == "age is under 18 or over 90"
    assert why(Range(column="age", maximum=90)) == "age is over 90"
    assert why(Unique(of=("age", "sex"))) == "another one has the same age, sex"
    assert why(Refers(of=("client_id",), to=LABELS)) == f"client_id is not in {LABELS.name}"


def test_a_reference_to_a_table_of_no_feed_is_refused() -> None:
    """The use case names the feed, and the tables that there are."""
    case = USE_CASES["credit"]
    strange = Refers(of=("client_id", "application_month"), to=replace(APPLICATIONS, name="elsewhere"))
    feeds = (replace(case.feeds[0], expects=(strange,)), *case.feeds[1:])
    with pytest.raises(DeclarationError, match="which is the silver table of no feed here"):
        replace(case, feeds=feeds)


def test_what_cannot_be_expected_is_refused() -> None:
    """All problems of a feed together."""
    expects = (Complete(column="nothing"), Steady(column="sex"), Steady(column="sex"), Refers(of=("age",), to=LABELS))
    with pytest.raises(DeclarationError) as refused:
        Feed(name="applications", silver=APPLICATIONS, period_column="application_month", expects=expects)
    said = str(refused.value)
    assert "complete:nothing names ['nothing'], which 'applications' has not" in said
    assert "expects has 'steady:sex' more than once: keep one" in said
    assert "refers:age has the types" in said
    with pytest.raises(DeclarationError, match=r"max_share of complete is 1\.5: give 0 to 1"):
        Complete(column="age", max_share=1.5)
    with pytest.raises(DeclarationError, match="minimum 9 exceeds maximum 1: swap them"):
        Range(column="age", minimum=9, maximum=1)

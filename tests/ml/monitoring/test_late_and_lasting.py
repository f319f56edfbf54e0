"""What comes late, what lasts without being a breach, and what is too small to tell: when people are told."""

from datetime import date

import pytest

from ml.monitoring.metric import Metric
from ml.monitoring.rules import Action, Decision, decide
from ml.problems.finding import Kind, Verdict
from tests.ml.monitoring.made import PERIOD, auc, metric, whole
from tests.ml.monitoring.policies import MONTHS, POLICY

OK, WARN, BREACH, UNKNOWN = Verdict.OK, Verdict.WARN, Verdict.BREACH, Verdict.UNKNOWN
HERE = whole(0, "row_count", OK)
LABELLED = whole(1, "labelled_share", OK)


def _noisy(periods_ago: int, value: float | None) -> Metric:
    bounds = {"threshold_low": 0.6, "threshold_high": None, "reference_value": 0.80, "rows": 250}
    given = {"kind": Kind.PERFORMANCE, "metric": "roc_auc", "column": "", **bounds}
    return metric(periods_ago, verdict=UNKNOWN, value=value, **given)


def _labelled(periods_ago: int, verdict: Verdict) -> Metric:
    return whole(periods_ago, "labelled_share", verdict)


def test_a_breach_that_becomes_known_late_is_told_once() -> None:
    """Outcomes of March were due in April and come by June: that decision says what March was like, no later one."""
    overdue = [_labelled(3, UNKNOWN), auc(3, UNKNOWN)]
    april = decide(date(2024, 4, 1), [*_fine(2), *overdue], (), POLICY)
    assert april.awaited == (date(2024, 3, 1),)
    known = [_labelled(3, OK), auc(3, BREACH), *_fine(2), *_fine(0), LABELLED, auc(1, OK)]
    june = decide(PERIOD, known, (april,), POLICY)
    assert (june.action, june.awaited) == (Action.ALERT, ())
    assert [(cause.metric, cause.period) for cause in june.causes] == [("roc_auc", date(2024, 3, 1))]
    next_period = [*_fine(-1), _labelled(0, OK), auc(0, OK)]
    assert decide(date(2024, 7, 1), [*known, *next_period], (april, june), POLICY).action is Action.NOTHING


def _fine(periods_ago: int) -> list[Metric]:
    return [whole(periods_ago, "row_count", OK), metric(periods_ago)]


def test_outcomes_that_never_come_are_given_up_after_a_year() -> None:
    """Awaited as long as they may still say something about what is live."""
    before = Decision(period=date(2024, 5, 1), action=Action.NOTHING, reason="", live_version=1, awaited=_since(14))
    missing = [each for ago in range(1, 15) for each in (_labelled(ago, BREACH), auc(ago, UNKNOWN))]
    decision = decide(PERIOD, [*_fine(0), *missing], (before,), POLICY)
    assert decision.awaited == _since(12)


def _since(periods: int) -> tuple[date, ...]:
    return tuple(MONTHS.add(PERIOD, -ago) for ago in range(periods, 0, -1))


@pytest.mark.parametrize(
    ("verdicts", "action"),
    [
        ([WARN, WARN, WARN], Action.ALERT),
        ([WARN, WARN, BREACH], Action.ALERT),
        ([WARN, UNKNOWN, WARN, WARN], Action.ALERT),
        ([WARN, WARN, OK], Action.NOTHING),
        ([WARN, WARN], Action.NOTHING),
        ([OK, WARN, WARN, WARN], Action.NOTHING),
    ],
)
def test_a_warning_that_lasts_is_told(verdicts: list[Verdict], action: Action) -> None:
    """Three known periods in a row, the newest among them; it asks for no retraining."""
    drift = [metric(ago, verdict=verdict, value=0.15) for ago, verdict in enumerate(verdicts)]
    decision = decide(PERIOD, [HERE, LABELLED, auc(1, OK), *drift], [], POLICY)
    assert decision.action is action
    assert ("limit_bal PSI 0.15 (lasting warning, limit 0.25)" in decision.reason) == (action is Action.ALERT)


def _usual(periods_ago: int, rows: float, verdict: Verdict = OK) -> Metric:
    return whole(periods_ago, "row_count", verdict, value=rows, reference_value=rows)


@pytest.mark.parametrize(
    ("metrics", "action"),
    [
        ([_usual(0, 120), metric(0, verdict=UNKNOWN, value=None, rows=120)], Action.NOTHING),
        ([_usual(0, 1000), metric(0, verdict=UNKNOWN, value=None, rows=120)], Action.ALERT),
        ([_usual(0, 120, BREACH), metric(0, verdict=UNKNOWN, value=None, rows=20)], Action.ALERT),
        ([_usual(0, 120), whole(0, "scored_share", UNKNOWN, value=0.5, rows=120)], Action.ALERT),
        ([_usual(1, 250), _noisy(1, 0.70)], Action.NOTHING),
        ([_usual(1, 250), _noisy(1, None)], Action.ALERT),
    ],
    ids=["small as usual", "smaller than usual", "nearly nothing", "not scored", "too noisy", "not measured"],
)
def test_a_portfolio_that_is_small_does_not_alert_every_period(metrics: list[Metric], action: Action) -> None:
    """What cannot be told for a lack of rows is said; it alerts if there are usually more, or for another cause."""
    known = [auc(1, OK)] if all(each.metric != "roc_auc" for each in metrics) else [_usual(0, 250)]
    decision = decide(PERIOD, [LABELLED, *known, *metrics], [], POLICY)
    assert decision.action is action
    assert "Unknown: " in decision.reason

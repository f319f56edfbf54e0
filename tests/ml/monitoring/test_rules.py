"""From metrics to nothing, alert or retrain, case by case."""

from datetime import date

import pytest

from ml.declarations import TrainingCause
from ml.monitoring.metric import Metric
from ml.monitoring.rules import Action, Decision, decide
from ml.problems.finding import Kind, Verdict
from tests.ml.monitoring.made import PERIOD, auc, metric, whole
from tests.ml.monitoring.policies import POLICY

OK, WARN, BREACH, UNKNOWN = Verdict.OK, Verdict.WARN, Verdict.BREACH, Verdict.UNKNOWN
HERE = whole(0, "row_count", OK)
LABELLED = whole(1, "labelled_share", OK)


def _retrained(period: date, until: date) -> Decision:
    return Decision(period=period, action=Action.RETRAIN, reason="earlier", live_version=1, cool_down_until=until)


def _quality(periods_ago: int, name: str, verdict: Verdict) -> Metric:
    return metric(periods_ago, kind=Kind.PERFORMANCE, metric=name, column="", verdict=verdict)


def _unfair(verdict: Verdict, value: float | None) -> Metric:
    name = "demographic_parity_difference"
    return metric(0, kind=Kind.FAIRNESS, metric=name, column="sex", verdict=verdict, value=value)


def _decided(*metrics: Metric, earlier: tuple[Decision, ...] = ()) -> Decision:
    return decide(PERIOD, [HERE, LABELLED, *metrics], earlier, POLICY)


@pytest.mark.parametrize(
    ("metrics", "action", "says"),
    [
        ([auc(1, OK)], Action.NOTHING, "Unknown: performance in 2024-06: outcomes are due in 2024-07."),
        ([auc(1, OK), metric(0, verdict=WARN)], Action.NOTHING, "Unknown"),
        ([], Action.NOTHING, "performance of version 1: no month that it scored had outcomes due by 2024-06"),
        (
            [auc(1, OK), metric(0, verdict=BREACH, value=1.23)],
            Action.ALERT,
            "Drift over the limit since 2024-06: limit_bal PSI 1.23 (limit 0.25).",
        ),
        (
            [auc(1, OK), whole(0, "quarantine_ratio", BREACH, value=0.9)],
            Action.ALERT,
            "Data quality over the limit since 2024-06: quarantine ratio 0.90",
        ),
        (
            [auc(1, OK), _unfair(BREACH, 0.4)],
            Action.ALERT,
            "Fairness over the limit since 2024-06: sex demographic parity difference 0.40",
        ),
        ([auc(1, BREACH)], Action.ALERT, "Performance over the limit since 2024-05: ROC AUC 0.70 (limit 0.74)."),
        (
            [auc(1, BREACH), auc(2, BREACH)],
            Action.RETRAIN,
            "in 2 consecutive labelled month(s), since 2024-04: ROC AUC 0.700 in 2024-05, limit 0.740.",
        ),
        ([auc(1, BREACH), auc(2, OK), auc(3, BREACH)], Action.ALERT, "Performance over the limit since 2024-05"),
        ([auc(1, BREACH), auc(2, WARN)], Action.ALERT, "Performance"),
        ([auc(1, BREACH), auc(2, UNKNOWN), auc(3, BREACH)], Action.RETRAIN, "since 2024-03"),
        (
            [auc(1, BREACH, value=0.60)],
            Action.RETRAIN,
            "fell to 0.600 in 2024-05, from 0.800 on its hold-out: a severe drop.",
        ),
        ([auc(1, OK, value=0.60)], Action.NOTHING, "Unknown"),
        ([auc(0, BREACH), auc(1, OK)], Action.NOTHING, "Unknown"),
        (
            [auc(1, BREACH, model_version=0), auc(2, BREACH, model_version=0)],
            Action.NOTHING,
            "no month that it scored",
        ),
        (
            [auc(1, BREACH, in_training=True), auc(2, BREACH, in_training=True)],
            Action.NOTHING,
            "no month that it scored",
        ),
        (
            [
                auc(1, BREACH),
                _quality(1, "expected_calibration_error", OK),
                auc(2, OK),
                _quality(2, "expected_calibration_error", BREACH),
            ],
            Action.RETRAIN,
            "2 consecutive labelled month(s)",
        ),
        (
            [_quality(1, "outcome_rate", BREACH), _quality(2, "outcome_rate", BREACH), auc(1, OK), auc(2, OK)],
            Action.ALERT,
            "outcome rate",
        ),
        (
            [auc(1, UNKNOWN, reason="one class only")],
            Action.ALERT,
            "Unknown: performance of 2024-05 (1 metric(s)): one class only",
        ),
        (
            [auc(1, OK), metric(0, verdict=UNKNOWN, value=None, reason="3 rows")],
            Action.ALERT,
            "drift of 2024-06 (1 metric(s)): 3 rows",
        ),
        ([auc(1, OK), _unfair(UNKNOWN, None)], Action.NOTHING, "fairness of 2024-06 (1 metric(s)): made up"),
        ([auc(1, OK), whole(2, "labelled_share", BREACH, value=0.0)], Action.ALERT, "labelled share 0.00"),
    ],
)
def test_decisions(metrics: list[Metric], action: Action, says: str) -> None:
    """Each case has its action, and a reason that says what, how much and since when."""
    decision = _decided(*metrics)
    assert (decision.action, says in decision.reason) == (action, True), decision.reason


_MISCALIBRATED = [_quality(periods, "expected_calibration_error", BREACH) for periods in (1, 2)]


@pytest.mark.parametrize(
    ("metrics", "trains_for"),
    [
        ([auc(1, BREACH, value=0.60)], TrainingCause.PERFORMANCE),
        ([auc(1, BREACH), auc(2, BREACH), *_MISCALIBRATED], TrainingCause.PERFORMANCE),
        ([auc(1, OK), auc(2, OK), *_MISCALIBRATED], TrainingCause.CALIBRATION),
        ([auc(1, BREACH)], None),
        ([auc(1, OK)], None),
    ],
)
def test_a_retraining_says_what_it_has_to_mend(metrics: list[Metric], trains_for: TrainingCause | None) -> None:
    """The most telling of the metrics that call for it; an alert mends nothing, nor does a retraining that cools."""
    assert _decided(*metrics).trains_for is trains_for
    cooling = _retrained(date(2024, 5, 1), date(2024, 7, 1))
    assert _decided(*metrics, earlier=(cooling,)).trains_for is None


def test_outcomes_that_are_only_awaited_raise_no_alert() -> None:
    """Unknown performance because no outcome is due yet is said, and alarms nobody."""
    metrics = [HERE, whole(1, "labelled_share", UNKNOWN), auc(1, UNKNOWN, reason="the outcome of 0 rows is known")]
    decision = decide(PERIOD, metrics, [], POLICY)
    assert decision.action is Action.NOTHING
    assert "performance of 2024-05 (1 metric(s)): the outcome of 0 rows is known" in decision.reason


def test_a_period_without_rows_yet_raises_no_alert() -> None:
    """The newest period may have outcomes of the period before and no rows of its own."""
    metrics = [whole(0, "row_count", UNKNOWN), metric(0, verdict=UNKNOWN, value=None), LABELLED, auc(1, OK)]
    assert decide(PERIOD, metrics, [], POLICY).action is Action.NOTHING


@pytest.mark.parametrize(
    ("asked", "until", "action"),
    [
        (date(2024, 5, 1), date(2024, 6, 30), Action.ALERT),
        (date(2024, 4, 1), date(2024, 5, 31), Action.RETRAIN),
        (date(2024, 4, 1), date(2024, 6, 1), Action.RETRAIN),
        (date(2024, 7, 1), date(2024, 8, 30), Action.RETRAIN),
    ],
)
def test_cool_down(asked: date, until: date, action: Action) -> None:
    """Inside the cool-down of an earlier retraining there is only an alert; later decisions do not count."""
    decision = _decided(auc(1, BREACH), auc(2, BREACH), earlier=(_retrained(asked, until),))
    assert decision.action is action
    assert ("the next request is possible from 2024-06-30" in decision.reason) == (action is Action.ALERT)


def test_a_retraining_starts_its_cool_down_and_says_what_to_hold_out() -> None:
    """Sixty days from the period; of four labelled periods since the change, the newest is held out."""
    decision = _decided(*(auc(ago, BREACH) for ago in (1, 2, 3, 4)))
    assert (decision.cool_down_until, decision.holdout_start) == (date(2024, 7, 31), "2024-05")
    assert [(cause.metric, cause.since) for cause in decision.causes] == [("roc_auc", date(2024, 2, 1))]


@pytest.mark.parametrize(
    ("changed", "first"), [(1, ""), (2, "2024-05"), (3, "2024-05"), (6, "2024-04"), (9, "2024-03")]
)
def test_holdout_start(changed: int, first: str) -> None:
    """A third of the changed periods, at least one; nothing where only one has changed, since none would be left."""
    periods = [auc(ago, BREACH, value=0.60) for ago in range(1, changed + 1)]
    assert _decided(*periods, auc(changed + 1, OK)).holdout_start == first


@pytest.mark.parametrize("other", [BREACH, WARN])
def test_holdout_start_is_that_of_the_metric_that_asks(other: Verdict) -> None:
    """Calibration was beyond its limit for nine months, by chance; ranking, which asks, has changed for three."""
    changed = [auc(ago, BREACH) for ago in (1, 2, 3)]
    before = [_quality(ago, "expected_calibration_error", other) for ago in range(1, 10)]
    assert _decided(*changed, auc(4, OK), *before).holdout_start == "2024-05"


def test_holdout_start_is_that_of_calibration_if_it_asks_alone() -> None:
    """Ranking is as it was: of nine changed months the newest three are held out."""
    miscalibrated = [_quality(ago, "expected_calibration_error", BREACH) for ago in range(1, 10)]
    assert _decided(auc(1, OK), *miscalibrated).holdout_start == "2024-03"


def test_since_skips_unknown_months_and_stops_at_good_ones() -> None:
    """Drift in May, unknown in April, drift in March, good in February: since March."""
    drift = [
        metric(0, verdict=BREACH, value=1),
        metric(1, verdict=BREACH),
        metric(2, verdict=UNKNOWN),
        metric(3, verdict=BREACH),
        metric(4),
    ]
    assert _decided(auc(1, OK), *drift).causes[0].since == date(2024, 3, 1)


def test_an_unmeasured_period_is_not_decided_on() -> None:
    """Deciding without metrics would pass silently, so it is refused."""
    with pytest.raises(ValueError, match="2024-06 has no metrics: run the task monitoring"):
        decide(PERIOD, [auc(1, OK)], [], POLICY)

"""One alert per cause and start, updated while it lasts."""

from datetime import date

from ml.monitoring.cause import Cause
from ml.monitoring.open_alerts import CLOSED, OPEN, Alert, alerts
from ml.monitoring.rules import Action, Decision
from ml.problems.finding import Kind, Verdict
from tests.ml.monitoring.policies import MONTHS

JUNE = date(2024, 6, 1)


def _drift(column: str, period: date, since: date, value: float = 1.0) -> Cause:
    return Cause(
        kind=Kind.DRIFT,
        metric="psi",
        column=column,
        verdict=Verdict.BREACH,
        period=period,
        since=since,
        value=value,
        limit=0.25,
        reason="made up",
    )


def _decision(period: date, *causes: Cause, action: Action = Action.ALERT) -> Decision:
    return Decision(period=period, action=action, reason="made up", live_version=1, causes=causes)


def _told(*decisions: Decision) -> dict[str, Alert]:
    return {alert.key: alert for alert in alerts(decisions, "credit in prod", MONTHS)}


def _periods(count: int) -> list[date]:
    return [MONTHS.add(JUNE, number) for number in range(count)]


def test_a_lasting_cause_is_one_alert_with_the_newest_figures() -> None:
    """Three periods of the same drift: one key, since the first, with the last period's value."""
    june, july, august = _periods(3)
    decisions = [_decision(m, _drift("limit_bal", m, june, 1.0 + n)) for n, m in enumerate((june, july, august))]
    told = _told(*decisions)
    assert list(told) == ["drift:2024-06"]
    alert = told["drift:2024-06"]
    assert (alert.since_period, alert.last_period, alert.status) == (june, august, OPEN)
    assert alert.how_much == "limit_bal PSI 3.00 (limit 0.25)"
    assert alert.what == "credit in prod: drift of limit_bal"
    assert "Since: 2024-06; last seen: 2024-08" in alert.text


def test_columns_that_move_together_share_an_alert_and_later_ones_open_their_own() -> None:
    """Two features in June are one alert; a third in July is another, and does not hide behind the first."""
    june, july = _periods(2)
    told = _told(
        _decision(june, _drift("limit_bal", june, june), _drift("bill_1", june, june)),
        _decision(july, _drift("limit_bal", july, june), _drift("education", july, july)),
    )
    assert {key: (alert.status, alert.last_period) for key, alert in told.items()} == {
        "drift:2024-06": (OPEN, july),
        "drift:2024-07": (OPEN, july),
    }
    assert told["drift:2024-07"].identities == {"drift:education"}


def test_an_alert_closes_and_its_return_is_news() -> None:
    """June, nothing in July, again in August: the second time is a new alert."""
    june, july, august = _periods(3)
    told = _told(
        _decision(june, _drift("limit_bal", june, june)),
        _decision(july, action=Action.NOTHING),
        _decision(august, _drift("limit_bal", august, august)),
    )
    assert {key: alert.status for key, alert in told.items()} == {"drift:2024-06": CLOSED, "drift:2024-08": OPEN}


def test_kinds_are_apart_and_a_retraining_is_said_once_where_it_belongs() -> None:
    """Performance has its own alert, which says that a retraining was requested; the drift alert does not."""
    june = JUNE
    auc = Cause(
        kind=Kind.PERFORMANCE,
        metric="roc_auc",
        column="",
        verdict=Verdict.BREACH,
        period=date(2024, 5, 1),
        since=date(2024, 3, 1),
        value=0.7,
        limit=0.74,
        reason="made up",
    )
    told = _told(_decision(june, _drift("limit_bal", june, june), auc, action=Action.RETRAIN))
    assert sorted(told) == ["drift:2024-06", "performance:2024-03"]
    assert told["performance:2024-03"].what_to_do.startswith("A retraining was requested")
    assert "retraining was requested" not in told["drift:2024-06"].what_to_do


def test_what_cannot_be_measured_is_an_alert_of_its_own() -> None:
    """Unknown causes share one alert that says why, and what would make them known."""
    blind = [
        Cause(
            kind=Kind.DRIFT,
            metric="psi",
            column=column,
            verdict=Verdict.UNKNOWN,
            period=JUNE,
            since=JUNE,
            value=None,
            limit=None,
            reason="3 rows; at least 200 are needed",
        )
        for column in ("limit_bal", "bill_1")
    ]
    alert = _told(_decision(JUNE, *blind))["unknown:2024-06"]
    assert alert.how_much == "3 rows; at least 200 are needed"
    assert "run the scoring job" in alert.what_to_do


def test_the_order_in_which_decisions_are_read_does_not_matter() -> None:
    """Alerts are a function of the decisions."""
    decisions = [_decision(period, _drift("limit_bal", period, JUNE)) for period in _periods(3)]
    assert _told(*decisions) == _told(*reversed(decisions))

"""Which periods are decided on, and what a run then has to do."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from ml.declarations import BinaryClassification, Monitoring, TrainingCause
from ml.monitoring.decide import Recorded, bounded, decision_row, decisions, outcome, recorded_of, report, short
from ml.monitoring.metric import Metric
from ml.monitoring.open_alerts import alerts
from ml.monitoring.policy import Policy
from ml.monitoring.rules import Action, Decision
from ml.problems.finding import Verdict
from tests.ml.monitoring.made import PERIOD, auc, metric, whole
from tests.ml.monitoring.policies import MONTHS

POLICY = Policy(
    limits=Monitoring(),
    calendar=MONTHS,
    judged={each.name: each for each in Monitoring().metrics(BinaryClassification(), ())},
)


def _period(periods_ago: int, drift: Verdict = Verdict.OK, **other: Any) -> list[Metric]:
    return [whole(periods_ago, "row_count", Verdict.OK, **other), metric(periods_ago, verdict=drift, **other)]


def _recorded(periods_ago: int, action: Action, newest_version: int = 1, until: date | None = None) -> Recorded:
    decision = Decision(
        period=MONTHS.add(PERIOD, -periods_ago),
        action=action,
        reason=f"{periods_ago} periods ago",
        live_version=1,
        cool_down_until=until,
    )
    return Recorded(decision=decision, newest_version=newest_version)


def test_every_period_is_decided_on_once_in_order() -> None:
    """Catching up decides on each period as it would have been then; periods of the training are left out."""
    metrics = [*_period(4, in_training=True), *_period(3), *_period(2, Verdict.BREACH), *_period(1), *_period(0)]
    made = decisions(metrics, [], POLICY)
    assert [(decision.period.month, decision.action) for decision in made] == [
        (3, Action.NOTHING),
        (4, Action.ALERT),
        (5, Action.NOTHING),
        (6, Action.NOTHING),
    ]
    assert decisions(metrics, made, POLICY) == []


def test_catching_up_respects_the_cool_down() -> None:
    """Six periods below the limit, seen at once, ask for a retraining, wait, and ask again."""
    metrics = [each for ago in range(8) for each in _period(ago)]
    metrics += [auc(ago, Verdict.BREACH, value=0.72) for ago in range(1, 7)]
    actions = [decision.action for decision in decisions(metrics, [], POLICY)]
    assert actions == [
        Action.NOTHING,
        Action.NOTHING,
        Action.ALERT,
        Action.RETRAIN,
        Action.ALERT,
        Action.RETRAIN,
        Action.ALERT,
        Action.RETRAIN,
    ]


def test_only_the_newest_period_is_decided_again_and_no_retraining_is_taken_back() -> None:
    """New metrics change the newest decision; older ones, and a retraining, stay as they were."""
    before = decisions([*_period(1), *_period(0)], [], POLICY)
    changed = [*_period(1, Verdict.BREACH), *_period(0, Verdict.BREACH)]
    assert [(each.period, each.action) for each in decisions(changed, before, POLICY)] == [(PERIOD, Action.ALERT)]
    retrained = [before[0], _recorded(0, Action.RETRAIN).decision]
    assert decisions(changed, retrained, POLICY) == []


def test_a_period_is_decided_again_once_its_rows_have_arrived() -> None:
    """June was known by May's outcomes alone; with its rows comes a breach, which is told though July is the newest."""
    nothing_yet = [*_period(1), whole(0, "row_count", Verdict.UNKNOWN), metric(0, verdict=Verdict.UNKNOWN, value=None)]
    before = decisions(nothing_yet, [], POLICY)
    assert [each.awaited for each in before] == [(), (PERIOD,)]
    arrived = [*_period(1), *_period(0, Verdict.BREACH), *_period(-1)]
    made = decisions(arrived, before, POLICY)
    assert [(each.period.month, each.action, each.awaited) for each in made] == [
        (6, Action.ALERT, ()),
        (7, Action.NOTHING, ()),
    ]
    assert decisions(arrived, [before[0], *made], POLICY) == []


LATER = date(2024, 8, 1)


@pytest.mark.parametrize(
    ("recorded", "made", "newest_version", "action"),
    [
        ([], [], 1, None),
        ([_recorded(0, Action.NOTHING)], [], 1, Action.NOTHING),
        ([_recorded(0, Action.ALERT)], [], 1, Action.ALERT),
        ([_recorded(1, Action.ALERT)], [_recorded(0, Action.NOTHING)], 1, Action.NOTHING),
        ([], [_recorded(1, Action.ALERT), _recorded(0, Action.NOTHING)], 1, Action.ALERT),
        ([], [_recorded(0, Action.RETRAIN, until=LATER)], 1, Action.RETRAIN),
        ([_recorded(0, Action.RETRAIN, until=LATER)], [], 1, Action.RETRAIN),
        ([_recorded(0, Action.RETRAIN, until=LATER)], [], 2, Action.ALERT),
        ([_recorded(1, Action.RETRAIN, until=LATER)], [_recorded(0, Action.ALERT)], 1, Action.RETRAIN),
        ([_recorded(1, Action.RETRAIN, until=LATER)], [_recorded(0, Action.NOTHING, 2)], 2, Action.NOTHING),
        ([_recorded(3, Action.RETRAIN, until=date(2024, 5, 1))], [_recorded(0, Action.NOTHING)], 1, Action.NOTHING),
    ],
)
def test_what_a_run_has_to_do(
    recorded: list[Recorded], made: list[Recorded], newest_version: int, action: Action | None
) -> None:
    """The strongest new decision; and a retraining until a newer version exists or its cool-down is over."""
    final = outcome(recorded, made, newest_version, MONTHS)
    assert (final.action if final else None) == action


def test_the_period_after_the_last_cause_closes_its_alert() -> None:
    """Nothing is decided for it, and its run still has the alert task close the alert; the period after it has not."""
    metrics = [*_period(2, Verdict.BREACH), *_period(1), *_period(0)]
    made = decisions(metrics, [], POLICY)
    assert [decision.action for decision in made] == [Action.ALERT, Action.NOTHING, Action.NOTHING]
    assert [[alert.status for alert in alerts(made[:periods], "credit", MONTHS)] for periods in (1, 2)] == [
        ["open"],
        ["closed"],
    ]
    drifting, quiet, later = (Recorded(decision=decision, newest_version=1) for decision in made)
    closing = outcome([drifting], [quiet], 1, MONTHS)
    assert closing is not None
    assert (closing.period, closing.action) == (quiet.decision.period, Action.ALERT)
    assert closing.reason == f"Alerts of 2024-04 have ended. {quiet.decision.reason}"
    assert outcome([drifting, quiet], [], 1, MONTHS) == closing
    assert outcome([drifting], [quiet, later], 1, MONTHS) == closing
    assert outcome([drifting, quiet], [later], 1, MONTHS) == later.decision


def test_a_decision_survives_its_table_row() -> None:
    """Written and read, it is the same decision with the same evidence."""
    decision = decisions([*_period(0, Verdict.BREACH)], [], POLICY)[0]
    row = decision_row(decision, 7, "run-1")
    assert recorded_of(row) == Recorded(decision=decision, newest_version=7)
    assert (row["action"], row["run_id"]) == ("alert", "run-1")
    retraining = replace(decision, action=Action.RETRAIN, trains_for=TrainingCause.CALIBRATION)
    assert recorded_of(decision_row(retraining, 7, "run-1")).decision == retraining


def test_the_retraining_gets_its_cause(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a task value; a decision of before causes were kept is held to the strictest rule."""
    values = tmp_path / "values.json"
    monkeypatch.setenv("MLOPS_TASK_VALUES", str(values))
    decision = _recorded(0, Action.RETRAIN).decision
    for trains_for, cause in ((TrainingCause.CALIBRATION, "calibration"), (None, "manual")):
        report(replace(decision, trains_for=trains_for), [], MONTHS, latest_holdout_start=None)
        assert json.loads(values.read_text())["cause"] == cause


@pytest.mark.parametrize(
    ("decided", "latest", "expected"),
    [
        ("", None, ""),
        ("2024-03", None, "2024-03"),
        ("", date(2024, 1, 1), "2024-01"),
        ("2024-03", date(2024, 1, 1), "2024-01"),
        ("2023-12", date(2024, 1, 1), "2023-12"),
    ],
)
def test_a_pinned_holdout_bounds_the_decided_one(decided: str, latest: date | None, expected: str) -> None:
    """A retraining never learns from the period that the run was given, nor from a later one."""
    assert bounded(decided, latest, MONTHS) == expected


def test_a_long_reason_is_cut_to_fit_a_tag() -> None:
    """250 characters at most, the last of them an ellipsis; shorter ones stay."""
    assert short("short") == "short"
    assert (len(short("x" * 400)), short("x" * 400)[-1]) == (250, "…")

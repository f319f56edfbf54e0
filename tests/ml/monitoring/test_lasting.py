"""What no single period shows adds up over periods, and is told with since when and how much."""

from dataclasses import replace

import numpy as np
import pytest

from ml.monitoring.decide import decisions
from ml.monitoring.lasting import lasting
from ml.monitoring.metric import Metric
from ml.monitoring.rules import Action
from ml.problems.finding import Kind, Verdict
from tests.ml.monitoring.made import metric, whole
from tests.ml.monitoring.policies import POLICY

PERIODS = 12


def _series(
    name: str, values: list[float], error: float, reference: tuple[float, float], **other: object
) -> list[Metric]:
    """A figure of each of so many periods until June 2024, with the hold-out's and its error."""
    return [
        metric(
            len(values) - 1 - place,
            metric=name,
            value=value,
            error=error,
            reference_value=reference[0],
            reference_error=reference[1],
            **{"verdict": Verdict.RECORDED, "threshold_high": None, **other},
        )
        for place, value in enumerate(values)
    ]


def _location(values: list[float]) -> list[Metric]:
    return _series("location_shift", values, 1000**-0.5, (0.0, 20_000**-0.5))


def _auc(values: list[float], **other: object) -> list[Metric]:
    given = {"kind": Kind.PERFORMANCE, "column": "", "threshold_low": 0.73, "verdict": Verdict.OK, **other}
    return _series("roc_auc", values, 0.0165, (0.78, 0.0073), **given)


def test_a_slow_trend_is_told_by_the_sixth_month() -> None:
    """0.02 standard deviations a month at 1,000 rows; the month before the sum rose for good is named."""
    found = lasting(_location([0.02 * month for month in range(1, PERIODS + 1)]), POLICY)
    assert {each.metric for each in found} == {"lasting_location_shift"}
    first = next(place for place, each in enumerate(found, 1) if each.verdict is Verdict.BREACH)
    assert first <= 6
    told = found[first - 1]
    assert told.threshold_high is not None
    assert told.value is not None
    assert 0 < told.threshold_high <= told.value
    assert "since 2023-08" in told.reason or "since 2023-07" in told.reason


@pytest.mark.parametrize("down", [False, True])
def test_a_lasting_shift_that_is_small_is_an_alert(down: bool) -> None:
    """Two tenths of a standard deviation, up or down, of which PSI is 0.04: told within three months, and a retraining
    is not asked for.
    """
    moved = [0.0] * 6 + [-0.2 if down else 0.2] * 6
    metrics = [*_location(moved), *(whole(ago, "row_count", Verdict.OK) for ago in range(PERIODS))]
    made = decisions(metrics, [], POLICY)
    actions = [each.action for each in made]
    assert actions[:6] == [Action.NOTHING] * 6
    assert actions[8:] == [Action.ALERT] * 4
    cause = made[-1].causes[0]
    assert (cause.identity, cause.metric) == ("drift:limit_bal", "lasting_location_shift")
    assert "limit_bal lasting shift" in made[-1].reason


def test_a_lasting_loss_is_an_alert_and_only_of_the_worse() -> None:
    """ROC AUC 0.74 where 0.78 was promised is no breach of 0.05 in any month; one that is better is no news."""
    metrics = [*_auc([0.78, 0.78, *[0.74] * 6]), *(whole(ago, "row_count", Verdict.OK) for ago in range(8))]
    found = [each for each in lasting(metrics, POLICY) if each.verdict is Verdict.BREACH]
    assert found
    assert {(each.kind, each.metric) for each in found} == {(Kind.PERFORMANCE, "lasting_roc_auc")}
    assert all(each.threshold_low is not None and (each.value or 0) <= each.threshold_low for each in found)
    better = lasting(_auc([0.82] * 8), POLICY)
    assert {each.verdict for each in better} == {Verdict.OK}
    told = decisions(metrics, [], POLICY)
    assert Action.RETRAIN not in {each.action for each in told}
    assert "ROC AUC, lasting change" in told[-1].reason


def test_a_declared_share_lets_lasting_losses_be_that_are_no_news() -> None:
    """Errors that are alike for weeks add up to an alert, unless only changes of twice the size are looked for."""
    series = [*_auc([0.78, 0.78, *[0.74] * 6])]
    calm = replace(POLICY, limits=replace(POLICY.limits, least_lasting_share=2.0))
    assert any(each.verdict is Verdict.BREACH for each in lasting(series, POLICY))
    assert not any(each.verdict is Verdict.BREACH for each in lasting(series, calm))
    with pytest.raises(ValueError, match="least_lasting_share is 0; more than 0 is allowed"):
        replace(POLICY.limits, least_lasting_share=0)


def test_another_version_begins_anew() -> None:
    """What has added up for version 1 is not held against version 2; fitted periods add nothing."""
    old = _location([0.2] * 6)
    new = [replace(each, model_version=2) for each in _location([0.0] * 3)]
    found = lasting([*[replace(each, period=each.period.replace(year=2022)) for each in old], *new], POLICY)
    assert {each.verdict for each in found if each.model_version == 2} == {Verdict.OK}
    assert lasting([replace(each, in_training=True) for each in old], POLICY) == []


def test_steady_series_are_left_alone() -> None:
    """Forty columns over 24 months, seeded: none is told, where one in 500 months is allowed."""
    random = np.random.default_rng(11)
    metrics = [
        replace(each, column=f"column_{number}")
        for number in range(40)
        for each in _location(list(random.normal(0, 1000**-0.5, 24)))
    ]
    assert {each.verdict for each in lasting(metrics, POLICY)} == {Verdict.OK}


def test_periods_of_which_nothing_is_known_add_nothing() -> None:
    """No value, no error: the sum goes on with the next period."""
    known = _location([0.2] * 6)
    gap = [known[0], *(replace(each, value=None, error=None) for each in known[1:3]), *known[3:]]
    assert [each.period for each in lasting(gap, POLICY)] == [each.period for each in (known[0], *known[3:])]

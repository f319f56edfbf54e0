"""The average since a version's beginning: a promise that is an estimate is held to it, and chance is kept."""

import numpy as np
import pytest
from scipy import stats

from ml.evaluation.accumulated import LIFE_PERIODS, Seen
from ml.evaluation.promised import TRIAL_PERIODS, averages, limits_of

pytestmark = pytest.mark.fast
PROMISE = Seen(value=0.0, error=0.5)


def _seen(values: list[float]) -> list[Seen]:
    return [Seen(value=each, error=1.0) for each in values]


def test_an_average_by_hand() -> None:
    """Of 2 and 4, with the errors of one and of two periods and the promise's; a period of twice the error has a
    quarter of the weight.
    """
    found = averages(PROMISE, _seen([2.0, 4.0]), chance=0.001)
    assert [each.change for each in found] == pytest.approx([2.0, 3.0])
    assert [each.height for each in found] == pytest.approx([2 / 1.25**0.5, 3 / 0.75**0.5])
    assert [each.periods for each in found] == [1, 2]
    assert [each.least for each in found] == pytest.approx([each.limit * each.change / each.height for each in found])
    unequal = averages(PROMISE, [Seen(value=2.0, error=1.0), Seen(value=4.0, error=2.0)], chance=0.001)
    assert unequal[-1].change == pytest.approx(2.4)
    assert averages(PROMISE, [], chance=0.001) == []


def test_small_changes_are_none() -> None:
    """Half of 8 is more than chance explains, and less does not alarm however sure it is."""
    surely = [Seen(value=3.9, error=0.1)]
    assert averages(PROMISE, surely, chance=0.001)[0].alarms
    assert not averages(PROMISE, surely, chance=0.001, least=8.0)[0].alarms


def test_one_wild_period_is_soon_forgotten() -> None:
    """A hundred standard errors out, then as usual: in the next period it still counts, and then no more."""
    found = averages(PROMISE, _seen([100.0] + [0.0] * 5), chance=0.001)
    assert [each.alarms for each in found] == [True, True, False, False, False, False]


def test_no_alarm_begins_after_the_trial_and_one_lasts_as_long_as_its_reason() -> None:
    """The sum looks for what begins later."""
    kept = averages(PROMISE, _seen([0.0] * TRIAL_PERIODS + [30.0] * 4), chance=0.001)
    assert not any(each.alarms for each in kept)
    broken = averages(PROMISE, _seen([3.0] * 16 + [-4.0] * 16 + [9.0] * 16), chance=0.001)
    assert all(each.alarms for each in broken[2:16])
    assert not any(each.alarms for each in broken[-20:])


@pytest.mark.parametrize("unsure", [0.1, 0.42, 1.0, 3.0])
def test_the_limits_keep_their_chance(unsure: float) -> None:
    """One alarm in 500 periods, by the bivariate normal of each two averages; most of it after the first periods."""
    limits, periods = limits_of(1 / 500, unsure), np.arange(1, TRIAL_PERIODS + 1)
    information = 1 / (unsure**2 + 1 / periods)
    begun = [stats.norm.sf(limits[0])]
    for at in range(1, TRIAL_PERIODS):
        ratio = (information[at - 1] / information[at]) ** 0.5
        pair = stats.multivariate_normal([0, 0], [[1, -ratio], [-ratio, 1]])
        begun.append(float(pair.cdf([limits[at - 1], -limits[at]])))
    assert sum(begun) / LIFE_PERIODS == pytest.approx(1 / 500, rel=0.01)


def test_chance_is_kept_over_the_life_of_a_version() -> None:
    """48 alarms in 1,000 series of 24, give or take three standard errors, over promises that are estimates."""
    random, alarmed = np.random.default_rng(7), 0
    for _ in range(3000):
        promise = Seen(value=random.normal(0, 0.4), error=0.4)
        found = averages(promise, _seen(list(random.normal(size=LIFE_PERIODS))), chance=1 / 500)
        above = [each.alarms for each in found]
        alarmed += sum(now and not before for before, now in zip([False, *above], above, strict=False))
    assert alarmed / 3000 == pytest.approx(0.048, abs=0.014)


def test_a_loss_that_no_single_period_shows_is_seen() -> None:
    """ROC AUC 0.74 where 6,000 rows promised 0.78, of 1,000 rows a period: in nine of ten series by the sixth."""
    random, loss, error = np.random.default_rng(7), 0.04 / 0.0193, 0.0076 / 0.0193
    seen = 0
    for _ in range(2000):
        promise = Seen(value=random.normal(0, error), error=error)
        seen += any(each.alarms for each in averages(promise, _seen(list(random.normal(loss, 1, 6))), chance=0.0015))
    assert seen / 2000 > 0.9


def test_limits_of_likely_alarms_are_none() -> None:
    """Half of all periods may alarm: each average above the promise does."""
    assert limits_of(0.5, 0.4)[0] == 0.0

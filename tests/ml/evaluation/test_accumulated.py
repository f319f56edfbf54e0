"""Cumulative sums: what lasts adds up, what does not goes away, and chance is kept."""

import numpy as np
import pytest
from scipy import special

from ml.evaluation.accumulated import LIFE_PERIODS, Bound, Seen, bound_of, upward


def _height(values: list[float], *, joins: bool = False, least: float = 0.0, alarm: float = 100.0) -> list[float]:
    start, series = Seen(value=0.0, error=1e-9), [Seen(value=each, error=1.0) for each in values]
    return [each.height for each in upward(start, series, bound=Bound(height=alarm), least=least, joins=joins)]


def test_a_sum_by_hand() -> None:
    """Two standard errors up, less 0.75 a period; a period far below empties it. Periods that join are compared with
    what they joined, and 1 is less.
    """
    assert _height([2.0, 2.0, -4.0, 1.0]) == pytest.approx([1.25, 2.5, 0.0, 0.25])
    assert _height([2.0, 2.0], joins=True) == pytest.approx([1.0, 2.0])


def test_changes_of_less_than_half_of_the_least_do_not_add_up() -> None:
    """Of 4 standard errors, 2 are half."""
    assert _height([2.0, 2.0, 3.0], least=4.0) == pytest.approx([0.0, 0.0, 1.0])


def test_the_sum_says_since_when_and_by_how_much() -> None:
    """Three periods of 2, after one of nothing."""
    start, series = Seen(value=1.0, error=1e-9), [Seen(value=each, error=1.0) for each in (1.0, 3.0, 3.0, 3.0)]
    last = upward(start, series, bound=Bound(height=100.0), joins=False)[-1]
    assert (last.periods, last.change) == (3, pytest.approx(2.0))


def test_one_wild_period_is_soon_forgotten() -> None:
    """Thirty standard errors out, then as usual: over the height of 4 in that period alone, and never down after."""
    assert [each > 4 for each in _height([30.0, 0.0, 0.0, 0.0], alarm=4.0, joins=True)] == [True, False, False, False]
    assert max(_height([-30.0, 0.0, 0.0, 0.0, 0.0], alarm=4.0, joins=True)) == 0.0


def test_a_head_start_is_where_the_sum_begins() -> None:
    """Three of four standard errors: a period of two more ends above them, and a steady one below."""
    start, bound = Seen(value=0.0, error=1e-9), Bound(height=3.5, head=3.0)
    sums = [upward(start, [Seen(value=value, error=1.0)], bound=bound, joins=False)[0] for value in (2.0, 0.0)]
    assert [each.height for each in sums] == pytest.approx([4.25, 2.25])


def _alarms(
    chance: float, change: float, *, joins: bool, start_error: float, series: int, begins: int = 0, until: int
) -> float:
    """Alarms that begin in a series on average, from the first period that changes on, up to `until`."""
    random, bound = np.random.default_rng(7), bound_of(chance, 0.0 if joins else round(start_error, 2))
    alarmed = 0
    for _ in range(series):
        start = Seen(value=random.normal(0, start_error), error=start_error)
        moved = np.where(np.arange(LIFE_PERIODS) >= begins, change, 0.0)
        seen = [Seen(value=each, error=1.0) for each in random.normal(moved, 1.0)]
        sums = upward(start, seen, bound=bound, joins=joins)
        above = [each.height > bound.height for each in sums[begins:until]]
        alarmed += sum(now and not before for before, now in zip([False, *above], above, strict=False))
    return alarmed / series


@pytest.mark.parametrize("joins", [True, False])
def test_chance_is_kept_over_the_life_of_a_version(joins: bool) -> None:
    """One alarm in 500 periods is 48 in 1,000 series of 24, give or take three standard errors: though the start is
    only an estimate, whether periods join it or not, and though a start that is too good alarms again and again.
    """
    alarmed = _alarms(1 / 500, 0.0, joins=joins, start_error=0.4, series=3000, until=LIFE_PERIODS)
    assert alarmed == pytest.approx(0.048, abs=0.014)


def test_a_loss_that_no_single_period_shows_is_seen() -> None:
    """ROC AUC 0.74 where 6,000 rows promised 0.78, of 1,000 rows a period: in about nine of ten series by the sixth, by
    its sum.
    """
    loss, error = 0.04 / 0.0193, 0.0076 / 0.0181
    assert _alarms(0.002, loss, joins=False, start_error=error, series=500, until=6) > 0.86


def _begins(bound: Bound, less: float, cells: int = 400) -> float:
    """Alarms that begin in a period, by the sum's own chain of so many states (Brook & Evans 1972)."""
    edges = np.linspace(0, 1.25 * bound.height, cells + 1)
    states = np.concatenate([[0.0], (edges[1:] + edges[:-1]) / 2, edges[-1:]])
    below = special.ndtr(edges - np.array([bound.head, *states])[:, None] + less)
    into = np.concatenate([below[:, :1], np.diff(below), 1 - below[:, -1:]], axis=1)
    above, share, begun = states > bound.height, into[0], into[0][states > bound.height].sum()
    for _ in range(LIFE_PERIODS - 1):
        begun += (share * ~above) @ into[1:, above].sum(axis=1)
        share = share @ into[1:]
    return float(begun / LIFE_PERIODS)


@pytest.mark.parametrize(("chance", "height", "head"), [(0.001, 2.7955, 0.904), (1e-5, 5.0451, 0.868)])
def test_the_height_keeps_its_chance(chance: float, height: float, head: float) -> None:
    """A chain that knows nothing of integrals has as many alarms begin, a quarter of them by the head start; no height
    is needed for what is likelier than at 0.
    """
    bound = bound_of(chance)
    assert (bound.height, bound.head) == (pytest.approx(height, abs=1e-3), pytest.approx(head, abs=1e-3))
    assert _begins(bound, 1.0) == pytest.approx(chance, rel=0.01)
    assert _begins(Bound(height=bound.height), 1.0) == pytest.approx(0.75 * chance, rel=0.01)
    assert bound_of(0.5) == Bound(height=0.0)


def test_an_unsure_start_needs_more_height_and_has_a_head_start() -> None:
    """The better a period is known beside the start, the more of what it shows may be the start's own error."""
    bounds = [bound_of(0.001, unsure) for unsure in (0.2, 0.4, 0.8)]
    assert [each.height for each in bounds] == sorted(each.height for each in bounds)
    assert bounds[0].height > bound_of(0.001).height
    assert all(0 < each.head < each.height for each in bounds)

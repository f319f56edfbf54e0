"""Cumulative sums: what lasts adds up, what does not goes away, and chance is kept."""

import numpy as np
import pytest
from scipy import special

from ml.evaluation.accumulated import LIFE_PERIODS, Bound, Seen, bound_of, sums

pytestmark = pytest.mark.fast
SURE = Seen(value=0.0, error=1e-9)


def _seen(values: list[float]) -> list[Seen]:
    return [Seen(value=each, error=1.0) for each in values]


def _height(values: list[float], *, least: float = 0.0, alarm: float = 100.0) -> list[float]:
    return [each.height for each in sums(SURE, _seen(values), bound=Bound(height=alarm), least=least)]


def test_a_sum_by_hand() -> None:
    """Two standard errors up, less one a period, of a start that is surely known; a period far below empties it."""
    assert _height([2.0, 2.0, -4.0, 1.5]) == pytest.approx([1.0, 2.0, 0.0, 0.5])


def test_periods_are_compared_with_those_before() -> None:
    """A start as unsure as a period: 4 lies 4 / root 2 above it, and then 2 above the mean of both, by root 1.5."""
    start = Seen(value=0.0, error=1.0)
    found = sums(start, _seen([4.0, 4.0]), bound=Bound(height=100.0))
    first = 4 / 2**0.5 - 1
    assert [each.height for each in found] == pytest.approx([first, first + 2 / 1.5**0.5 - 1])


def test_changes_of_less_than_half_of_the_least_do_not_add_up() -> None:
    """Of 4 standard errors, 2 are half."""
    assert _height([2.0, 2.0, 3.0], least=4.0) == pytest.approx([0.0, 0.0, 1.0])


def test_the_sum_says_since_when_and_by_how_much() -> None:
    """Three periods of 2, after one of nothing; 5 standard errors in three periods, and one a period, would alarm."""
    start, series = Seen(value=1.0, error=1e-9), _seen([1.0, 3.0, 3.0, 3.0])
    last = sums(start, series, bound=Bound(height=5.0))[-1]
    assert (last.periods, last.change, last.alarms) == (3, pytest.approx(2.0), False)
    assert (last.limit, last.least) == (5.0, pytest.approx(5 / 3 + 1))


def test_one_wild_period_is_soon_forgotten() -> None:
    """Thirty standard errors out, then as usual: over the height of 4 in that period alone, and never down after."""
    assert [each > 4 for each in _height([30.0, 0.0, 0.0, 0.0], alarm=4.0)] == [True, False, False, False]
    assert max(_height([-30.0, 0.0, 0.0, 0.0, 0.0], alarm=4.0)) == 0.0


def test_a_head_start_is_where_the_sum_begins() -> None:
    """Three of four standard errors: a period of two more ends above them, and a steady one below."""
    bound = Bound(height=3.5, head=3.0)
    found = [sums(SURE, _seen([value]), bound=bound)[0] for value in (2.0, 0.0)]
    assert [each.height for each in found] == pytest.approx([4.0, 2.0])


def test_chance_is_kept_over_the_life_of_a_version() -> None:
    """One alarm in 500 periods is 48 in 1,000 series of 24, give or take three standard errors, though the start is
    only an estimate.
    """
    random, bound, alarmed = np.random.default_rng(7), bound_of(1 / 500), 0
    for _ in range(3000):
        start = Seen(value=random.normal(0, 0.4), error=0.4)
        above = [each.alarms for each in sums(start, _seen(list(random.normal(size=LIFE_PERIODS))), bound=bound)]
        alarmed += sum(now and not before for before, now in zip([False, *above], above, strict=False))
    assert alarmed / 3000 == pytest.approx(0.048, abs=0.014)


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

"""Five measures of two samples, and what sampling alone makes of them."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import signal, stats
from scipy.spatial import distance

from ml.evaluation.dispersion import dispersion, ratio_of_means, surely
from ml.evaluation.two_samples import (
    Compared,
    apart,
    chi_square,
    false_discoveries,
    histograms,
    jensen_shannon,
    kolmogorov,
    psi,
    shape,
    wasserstein,
)

_COUNTS = st.lists(st.integers(0, 500), min_size=2, max_size=12).filter(lambda counts: sum(counts) > 0)


def test_psi_of_known_shares() -> None:
    """Two bins, 50:50 becoming 80:20, have PSI 0.3 ln 1.6 - 0.3 ln 0.4 (large counts hide the prior)."""
    expected = 0.3 * math.log(1.6) - 0.3 * math.log(0.4)
    assert psi([500_000, 500_000], [800_000, 200_000]) == pytest.approx(expected, abs=1e-4)


@given(_COUNTS)
def test_psi_of_the_same_histogram_is_zero(counts: list[int]) -> None:
    """No move, no drift."""
    assert psi(counts, counts) == 0.0


@given(_COUNTS, st.randoms())
def test_psi_is_symmetric_and_never_negative(counts: list[int], random: object) -> None:
    """Before and after may change places."""
    other = counts[::-1]
    assert psi(counts, other) == pytest.approx(psi(other, counts), abs=1e-12)
    assert psi(counts, other) >= 0


@pytest.mark.parametrize("empty", [([0, 0], [1, 2]), ([1, 2], [0, 0])])
def test_psi_of_nothing_is_unknown(empty: tuple[list[int], list[int]]) -> None:
    """An empty histogram has no shares."""
    assert math.isnan(psi(*empty))


def test_clusters_count_as_rows_do() -> None:
    """Ten rows of one cluster say what one row does: no more where a bin is missed."""
    expected, actual = np.array([30.0, 40.0, 30.0]), np.array([0.0, 6.0, 4.0])
    assert psi(10 * expected, 10 * actual, dispersion=10.0) == pytest.approx(psi(expected, actual))
    assert psi(10 * expected, 10 * actual) > psi(expected, actual)


@given(st.lists(st.integers(-5, 5), min_size=1), st.lists(st.integers(-5, 5), min_size=1))
def test_ks_and_wasserstein_are_scipys(before: list[int], after: list[int]) -> None:
    """Both distances agree with SciPy's, ties included."""
    ours = apart(np.sort(np.array(before, dtype=float)), np.sort(np.array(after, dtype=float)))
    assert ours.largest == pytest.approx(stats.ks_2samp(before, after, method="asymp").statistic, abs=1e-12)
    assert ours.area == pytest.approx(stats.wasserstein_distance(before, after), abs=1e-12)


def test_ks_counts_infinite_values_and_is_unknown_for_none() -> None:
    """Half of the values became infinite, so the functions are half apart; no values have no distribution."""
    assert apart(np.array([1.0, 2.0]), np.array([1.0, np.inf])).largest == 0.5
    assert apart(np.array([1.0, np.inf]), np.array([np.inf, np.inf])).largest == 0.5
    assert math.isnan(apart(np.array([1.0]), np.empty(0)).largest)


def test_chi_square_and_jensen_shannon_are_scipys() -> None:
    """On one table of three bins; a bin that both lack is left out."""
    before, after = np.array([30.0, 50.0, 20.0, 0.0]), np.array([10.0, 60.0, 30.0, 0.0])
    table = np.vstack([before, after])[:, :3]
    assert chi_square(before, after) == pytest.approx(stats.chi2_contingency(table, correction=False).statistic)
    assert jensen_shannon(before, after) == pytest.approx(distance.jensenshannon(before, after) ** 2)
    assert math.isnan(chi_square(before, np.zeros(4)))
    assert math.isnan(jensen_shannon(before, np.zeros(4)))


def _tests(random: np.random.Generator, before: np.ndarray, rows: int) -> dict[str, Compared]:
    values = np.sort(random.normal(size=rows))
    ordered, edges = np.sort(before), np.quantile(before, np.arange(1, 10) / 10)
    counts = [np.bincount(np.searchsorted(edges, each), minlength=10).astype(float) for each in (before, values)]
    of = shape(ordered)
    assert of is not None
    both = apart(ordered, values)
    tests = (*histograms(counts[0], counts[1], 1.0), kolmogorov(both, 1.0), wasserstein(both, of, 1.0))
    return {each.metric: each for each in tests}


@pytest.mark.parametrize(("reference_rows", "rows"), [(8000, 500), (1000, 1000)])
def test_noise_bounds_hold_for_samples_of_one_distribution(reference_rows: int, rows: int) -> None:
    """At a chance of 1 in 100, 0.3 to 2.2 % of 600 samples are beyond each bound; chance and bound say the same.

    KS and Wasserstein may err on the safe side.
    """
    random = np.random.default_rng(5)
    over = dict.fromkeys(("psi", "jensen_shannon", "chi_square", "ks", "wasserstein"), 0)
    for _ in range(600):
        for metric, test in _tests(random, random.normal(size=reference_rows), rows).items():
            assert (test.value > test.bound(0.01)) == (test.chance < 0.01)
            over[metric] += test.value > test.bound(0.01)
    assert all(count <= 13 for count in over.values()), over
    assert all(over[each] >= 2 for each in ("psi", "jensen_shannon", "chi_square")), over


def test_a_move_of_a_tenth_is_a_wasserstein_distance_of_a_tenth() -> None:
    """In standard deviations of the reference, whatever its unit."""
    ordered = np.sort(np.random.default_rng(1).normal(50, 20, 4000))
    of = shape(ordered)
    assert of is not None
    assert wasserstein(apart(ordered, ordered + 2.0), of, 1.0).value == pytest.approx(0.1, rel=0.02)


def test_a_constant_has_no_shape() -> None:
    """There is nothing to measure a distance in."""
    assert shape(np.ones(10)) is None
    assert shape(np.empty(0)) is None


def test_a_bin_of_one_holds_no_noise() -> None:
    """A constant column has one bin, whose share cannot move by chance."""
    found = histograms(np.array([100.0]), np.array([50.0]), 1.0)
    assert [(each.value, each.bound(0.001), each.chance) for each in found] == [(0.0, 0.0, 1.0)] * 3


def test_twice_the_dispersion_is_worth_half_the_rows() -> None:
    """Bounds are those of half as many independent rows."""
    before, after = np.full(10, 800.0), np.full(10, 50.0)
    twice, half = histograms(before, after, 2.0), histograms(before / 2, after / 2, 1.0)
    assert twice[0].bound(0.01) == pytest.approx(half[0].bound(0.01))
    assert twice[2].bound(0.01) == pytest.approx(2 * half[2].bound(0.01))


def test_dispersion_by_hand() -> None:
    """Four periods of two bins, 60:40 twice and 40:60 twice: each of the 8 cells is 10 off 50, 16 over 3 degrees, and
    a standard error of the root of 2/3 more.
    """
    assert dispersion(np.array([[60.0, 40.0], [60.0, 40.0], [40.0, 60.0], [40.0, 60.0]])) == pytest.approx(
        16 / 3 * (1 + (2 / 3) ** 0.5)
    )
    assert dispersion(np.array([[50.0, 50.0]] * 4)) == 1.0
    assert dispersion(np.array([[90.0, 10.0], [10.0, 90.0], [50.0, 50.0]])) == 1.0


@pytest.mark.parametrize(
    ("chances", "cutoff"),
    [
        ([0.5, 0.6, 0.7, 0.8], 0.0125),
        ([0.01, 0.02, 0.7, 0.8], 0.025),
        ([0.04, 0.001, 0.03, 0.036], 0.05),
        ([], 0.05),
    ],
    ids=["none", "two of four", "all", "no test"],
)
def test_discoveries_of_benjamini_and_hochberg(chances: list[float], cutoff: float) -> None:
    """The largest chance under its rank's share of 0.05 lets all smaller ones in."""
    assert false_discoveries(chances, 0.05) == pytest.approx(cutoff)
    if chances:
        adjusted = stats.false_discovery_control(chances)
        assert [each <= cutoff for each in chances] == [bool(each <= 0.05) for each in adjusted]


def test_rows_that_follow_each_other_move_their_mean_more() -> None:
    """Half of each row is the row before: the mean of a period varies three times as much as of independent rows."""
    random, codes = np.random.default_rng(5), np.repeat(np.arange(200), 500)
    alone, noise = random.normal(size=codes.size), random.normal(size=codes.size)
    after = signal.lfilter([0.75**0.5], [1, -0.5], noise)
    assert ratio_of_means(alone, codes)[0] == pytest.approx(1, abs=0.2)
    found, freedom = ratio_of_means(np.asarray(after), codes)
    assert (found, freedom) == (pytest.approx(3, rel=0.3), 199)
    assert surely(found, freedom) > found
    assert surely(1.1, freedom) == 1.0
    assert surely(1 + 2.9 * (2 / 11) ** 0.5, 11) == 1.0
    assert surely(2.5, 11) == pytest.approx(2.5 * (1 + (2 / 11) ** 0.5))
    assert surely(*ratio_of_means(np.ones(30), np.repeat(np.arange(3), 10))) == 1.0

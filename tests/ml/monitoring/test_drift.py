"""Population stability index and Kolmogorov-Smirnov, and what sampling alone makes of them."""

import math
from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from ml.monitoring.drift import comparable, ks, ks_noise, psi, psi_noise, reference

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


@given(st.lists(st.integers(-5, 5), min_size=1), st.lists(st.integers(-5, 5), min_size=1))
def test_ks_is_scipys(before: list[int], after: list[int]) -> None:
    """The statistic agrees with SciPy's, ties included."""
    ours = ks(np.sort(np.array(before, dtype=float)), np.array(after, dtype=float))
    assert ours == pytest.approx(stats.ks_2samp(before, after, method="asymp").statistic, abs=1e-12)


def test_ks_of_nothing_is_unknown() -> None:
    """No values have no distribution."""
    assert math.isnan(ks(np.array([1.0]), np.empty(0)))


def test_noise_bounds_hold_for_samples_of_one_distribution() -> None:
    """At a chance of 1 in 100, about 1 in 100 of 2,000 samples exceed the PSI bound, and no more the KS bound."""
    random = np.random.default_rng(5)
    before = reference("x", pd.Series(random.normal(size=8000)))
    periods = [pd.Series(random.normal(size=500)) for _ in range(2000)]
    over = [psi(before.counts, before.histogram(period)) > psi_noise(10, 8000, 500, 0.01) for period in periods]
    assert 0.003 < np.mean(over) < 0.03
    assert np.mean([ks(before.ordered, m.to_numpy()) > ks_noise(8000, 500, 0.01) for m in periods]) < 0.015


def test_a_bin_of_one_holds_no_noise() -> None:
    """A constant column has one bin, whose share cannot move by chance."""
    assert psi_noise(1, 100, 100, 0.001) == 0.0


@pytest.mark.parametrize(
    ("values", "bins", "categorical"),
    [
        (pd.Series(np.arange(1000.0)), 10, False),
        (pd.Series([0.0] * 700 + list(np.arange(1.0, 301.0))), 4, False),
        (pd.Series([1, 2] * 50), 3, True),
        (pd.Series(["a", "b", None, "a"]), 3, True),
        (pd.Series([7.0] * 100), 2, True),
        (pd.Series([None, None], dtype=float), 1, True),
    ],
    ids=["continuous", "mostly zero", "two numbers", "text", "constant", "all null"],
)
def test_bins_fit_the_column(values: pd.Series, bins: int, categorical: bool) -> None:
    """Deciles for a continuous column, fewer where values repeat; one bin a category, and one for all others."""
    before = reference("x", values)
    assert (len(before.counts), before.categorical) == (bins, categorical)
    assert before.counts.sum() == values.notna().sum()


def test_rare_categories_share_a_bin_with_unseen_ones() -> None:
    """A value held by less than one row in a hundred joins `all others`, where a new value lands too."""
    before = reference("x", pd.Series(["a"] * 500 + ["b"] * 498 + ["c"] * 2))
    assert set(before.categories) == {"a", "b"}
    assert before.counts[-1] == 2
    assert list(before.histogram(pd.Series(["c", "new", "a"]))) == [1.0, 0.0, 2.0]


def test_dates_have_an_order() -> None:
    """Days since 1970, so that they are compared as numbers are; text and numbers stay."""
    days = comparable(pd.Series([date(1970, 1, 3), None, date(1969, 12, 31)]))
    assert days.iloc[[0, 2]].tolist() == [2.0, -1.0]
    assert math.isnan(days.iloc[1])
    assert comparable(pd.Series(["a"])).tolist() == ["a"]


def test_rare_categories_are_expected_to_be_new() -> None:
    """2,000 rows of 5,000 equally frequent values: a third of the next rows are of none of them, and half would be a
    change.
    """
    random = np.random.default_rng(3)
    before = reference("city", pd.Series(random.integers(0, 5000, 2000).astype(str)))
    after = pd.Series(random.integers(0, 5000, 1000).astype(str))
    assert before.new_share == pytest.approx((~after.isin(list(before.seen))).mean(), abs=0.05)
    usual = reference("ward", pd.Series(["east", "west"] * 1000))
    assert usual.new_share == 2 / 2001

"""A reference of one column, and how far a period lies from it."""

import math
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest
from scipy import signal

from ml.evaluation.ordered import comparable
from ml.monitoring.drift import Reference, compared, names, reference, shifts, together


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


def _moved(seed: int, rows: int, *, by: float = 0.0, wider: float = 1.0) -> pd.Series:
    return pd.Series(np.random.default_rng(seed).normal(by, wider, rows))


@pytest.mark.parametrize(("by", "wider", "location", "spread"), [(0.1, 1.0, 0.1, 0.0), (0.0, 1.1, 0.0, 0.1)])
def test_shifts_are_what_a_normal_variable_moved_by(by: float, wider: float, location: float, spread: float) -> None:
    """A tenth of a standard deviation higher, or a tenth wider; with the error of 100,000 rows."""
    before = reference("x", _moved(1, 200_000))
    found = {each.metric: each for each in shifts(before, _moved(2, 100_000, by=by, wider=wider))}
    assert found["location_shift"].figure.value == pytest.approx(location, abs=0.012)
    assert found["spread_shift"].figure.value == pytest.approx(spread, abs=0.012)
    assert found["location_shift"].figure.error == pytest.approx(100_000**-0.5, rel=0.05)
    assert found["location_shift"].reference_error == pytest.approx(200_000**-0.5, rel=0.05)


def test_a_large_move_is_told_in_full_and_wild_values_only_by_their_rank() -> None:
    """Two standard deviations higher; one row in a thousand a million out moves it by less than a hundredth."""
    before, moved = reference("x", _moved(1, 200_000)), _moved(2, 100_000, by=2.0)
    assert shifts(before, moved)[0].figure.value == pytest.approx(2.0, abs=0.012)
    wild = pd.concat([_moved(2, 99_900), pd.Series([1e6] * 100)])
    assert 0 < shifts(before, wild)[0].figure.value < 0.01


def test_rows_in_clusters_are_worth_fewer() -> None:
    """Ten equal rows a cluster: twelve periods differ ten times as much as independent rows would."""
    random = np.random.default_rng(4)
    values = pd.Series(np.repeat(random.normal(size=1200), 10))
    periods = pd.Series(np.repeat(np.arange(12), 1000))
    assert reference("x", values, periods).dispersion == pytest.approx(10, rel=0.3)
    alone = reference("x", pd.Series(random.normal(size=12_000)), periods)
    assert alone.dispersion == pytest.approx(1.0, abs=0.3)
    test = next(each for each in compared(reference("x", values, periods), _moved(5, 1000)) if each.metric == "psi")
    assert test.bound(0.001) > 7 * next(each for each in compared(alone, _moved(5, 1000))).bound(0.001)


@pytest.mark.parametrize(
    ("values", "measures"),
    [
        (pd.Series(["a", "b"] * 50), ("psi", "jensen_shannon", "chi_square")),
        (pd.Series([1.0] * 50), ("psi", "jensen_shannon", "chi_square", "ks")),
        (pd.Series(np.arange(50.0)), ("psi", "jensen_shannon", "chi_square", "ks", "wasserstein")),
    ],
    ids=["text", "constant", "numbers"],
)
def test_every_column_is_measured_by_what_its_values_allow(values: pd.Series, measures: tuple[str, ...]) -> None:
    """Text has no order, and one value no spread."""
    before = reference("x", values)
    assert names(before) == measures
    assert tuple(each.metric for each in compared(before, values)) == measures


def test_what_all_columns_show_together_holds_for_each() -> None:
    """Twenty columns of twelve periods whose rows follow each other: each has their median as a floor."""
    random, periods = np.random.default_rng(6), pd.Series(np.repeat(np.arange(12), 500))

    def drawn(weight: float) -> dict[str, Reference]:
        noise = random.normal(size=(len(periods), 20))
        values = signal.lfilter([(1 - weight**2) ** 0.5], [1, -weight], noise, 0)
        return {f"x_{at}": reference(f"x_{at}", pd.Series(values[:, at]), periods) for at in range(20)}

    dependent, independent = (together(drawn(weight)) for weight in (0.5, 0.0))
    assert {each.floors["location_shift"] for each in independent.values()} == {1.0}
    [floor] = {each.floors["location_shift"] for each in dependent.values()}
    assert floor == pytest.approx(3, rel=0.3)
    usual = replace(dependent["x_0"], floors={}, ratios=independent["x_0"].ratios, dispersion=1.0)
    shifted = [shifts(each, pd.Series([0.0] * 500))[0].figure.error for each in (dependent["x_0"], usual)]
    assert shifted[0] >= shifted[1] * floor**0.5

"""Two samples of many columns are told apart if they differ, and seldom if they do not."""

import numpy as np
import pandas as pd
import pytest

from ml.evaluation.joint import joint


def _sample(random: np.random.Generator, rows: int, correlation: float = 0.0) -> pd.DataFrame:
    """Normal columns, the first two correlated, and a text."""
    values = random.normal(size=(rows, 6))
    values[:, 1] = correlation * values[:, 0] + (1 - correlation**2) ** 0.5 * values[:, 1]
    frame = pd.DataFrame(values, columns=[f"x_{place}" for place in range(6)])
    return frame.assign(kind=random.choice(["a", "b", "c"], rows))


def test_columns_that_change_together_are_seen() -> None:
    """A correlation of 0.8 that no column shows alone: beyond chance, by these two columns."""
    random = np.random.default_rng(2)
    found = joint(_sample(random, 1000), _sample(random, 1000, correlation=0.8))
    assert 0.6 < found.compared.value < 0.8
    assert found.compared.chance < 1e-6
    assert set(list(found.shares)[:2]) == {"x_0", "x_1"}
    low, high = found.interval
    assert low < found.compared.value < high


def test_chance_tells_equal_samples_apart_as_seldom_as_it_says() -> None:
    """At 5 %, of 40 pairs of 200 rows: at most what a binomial allows at 1 %; clustered rows count as fewer."""
    random = np.random.default_rng(3)
    chances = [joint(_sample(random, 200), _sample(random, 200)).compared.chance for _ in range(40)]
    assert sum(chance < 0.05 for chance in chances) <= 6
    pair = _sample(random, 300), _sample(random, 300, correlation=0.5)
    once, clustered = joint(*pair).compared, joint(*pair, dispersion=4.0).compared
    assert clustered.chance > once.chance
    assert clustered.bound(0.01) - 0.5 == pytest.approx(2 * (once.bound(0.01) - 0.5))


def test_ugly_values_are_missing_ones() -> None:
    """Infinity, null, a constant and text that the reference lacks."""
    random = np.random.default_rng(4)
    before = _sample(random, 300)
    after = before.assign(x_0=np.inf, x_1=np.nan, x_2=1.0, kind=["new", None, "a"] * 100)
    assert joint(before, after).compared.value > 0.95

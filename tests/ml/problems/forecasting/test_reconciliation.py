"""Totals and series that agree, against values worked by hand and against the formula in its usual form."""

import numpy as np
import pytest

from ml.problems.forecasting.reconciliation import Hierarchy, HierarchyError, Method, hierarchy, moved_ends, reconciled

pytestmark = pytest.mark.fast

# A total of two series.
PAIR = hierarchy({}, ["a", "b"])
SHOPS = hierarchy({"region": ["north", "north", "south", "south", "south"]}, ["n1", "n2", "s1", "s2", "s3"])


def test_totals_are_named_and_the_widest_comes_first() -> None:
    """Every series is in the total of all and in that of its group."""
    assert SHOPS.totals == ("total", "region=north", "region=south")
    assert SHOPS.members.tolist() == [[1, 1, 1, 1, 1], [1, 1, 0, 0, 0], [0, 0, 1, 1, 1]]
    deeper = hierarchy({"region": ["n", "n", "s"], "town": ["x", "y", "z"]}, ["1", "2", "3"])
    assert deeper.totals == ("total", "region=n", "region=s", "town=x", "town=y", "town=z")


@pytest.mark.parametrize(
    ("method", "variances", "expected"),
    [
        # The series stay, and the total is their sum.
        (Method.BOTTOM_UP, None, [7.0, 3.0, 4.0]),
        # 10 - 7 = 3 too little: of a variance of 2 for the total and 1 for each series each series takes 3 * 1 / 4.
        (Method.STRUCTURAL, None, [8.5, 3.75, 4.75]),
        # Variances 1, 1, 4: the first series takes 3 * 1 / 6, the second 3 * 4 / 6, and the total gives 3 * 1 / 6.
        (Method.VARIANCE, [1.0, 1.0, 4.0], [9.5, 3.5, 6.0]),
    ],
)
def test_a_total_of_two_by_hand(method: Method, variances: list[float] | None, expected: list[float]) -> None:
    """The total was forecast as 10, the series as 3 and 4."""
    given = None if variances is None else np.array(variances)
    found = reconciled(PAIR, np.array([[10.0], [3.0], [4.0]]), method, variances=given)
    assert found[:, 0].tolist() == pytest.approx(expected, abs=1e-12)


def test_ends_move_with_the_forecast_and_zero_stays_zero() -> None:
    """Three forecasts: 4 rises to 6, 0.5 falls to 0.1, and 0 rises to 0.2.

    The upper ends move as far. A lower end of 2 rises by half; those of zero stay, so the zeros that they held are
    still in the interval, and a one stays in that of 0.5. Values that may be negative keep the interval as it is.
    """
    low, high = np.array([2.0, 0.0, 0.0]), np.array([6.0, 1.4, 0.4])
    given, moved = np.array([4.0, 0.5, 0.0]), np.array([6.0, 0.1, 0.2])
    lower, upper = moved_ends(low, high, given, moved, non_negative=True)
    assert lower.tolist() == [3.0, 0.0, 0.0]
    assert upper.tolist() == pytest.approx([8.0, 1.0, 0.6], abs=1e-12)
    lower, upper = moved_ends(low, high, given, moved, non_negative=False)
    assert lower.tolist() == pytest.approx([4.0, -0.4, 0.2], abs=1e-12)
    assert upper.tolist() == pytest.approx([8.0, 1.0, 0.6], abs=1e-12)


def _usual(tree: Hierarchy, base: np.ndarray, variances: np.ndarray) -> np.ndarray:
    """S (S' W^-1 S)^-1 S' W^-1 base."""
    sums = np.vstack([tree.members, np.eye(len(tree.series))])
    weighed = sums.T / variances
    return np.asarray(sums @ np.linalg.solve(weighed @ sums, weighed @ base))


@pytest.mark.parametrize("method", list(Method))
def test_three_levels_agree_and_follow_the_formula(method: Method) -> None:
    """To 1e-9 of forecasts of up to a million; forecasts that agree already stay as they are."""
    random = np.random.default_rng(5)
    base, variances = random.uniform(0, 1e6, (8, 4)), random.uniform(0.1, 50.0, 8)
    found = reconciled(SHOPS, base, method, variances=variances)
    assert np.abs(found[:3] - SHOPS.members @ found[3:]).max() < 1e-9
    assert found[0] == pytest.approx(found[1] + found[2], abs=1e-9)
    counts = np.array([5.0, 2.0, 3.0, 1.0, 1.0, 1.0, 1.0, 1.0])
    if method is not Method.BOTTOM_UP:
        usual = _usual(SHOPS, base, counts if method is Method.STRUCTURAL else variances)
        assert found == pytest.approx(usual, rel=1e-9)
    assert reconciled(SHOPS, found, method, variances=variances) == pytest.approx(found, rel=1e-12)


def test_what_cannot_be_below_zero_is_not_and_still_agrees() -> None:
    """The total said far less than its series: one of them would fall below zero."""
    found = reconciled(PAIR, np.array([[1.0], [0.5], [9.0]]), Method.STRUCTURAL, non_negative=True)
    assert found[1, 0] == 0.0
    assert found[0, 0] == found[1, 0] + found[2, 0]


@pytest.mark.parametrize(
    ("levels", "said"),
    [
        ({"region": ["n", "s"]}, "level 'region' names 2 groups for 3 series"),
        ({"region": ["n", "n", "s"], "town": ["x", "y", "y"]}, r"groups \['y'\] of level 'town' lie in several groups"),
    ],
)
def test_groups_that_make_no_hierarchy_are_refused(levels: dict[str, list[str]], said: str) -> None:
    """With what is wrong and what to do."""
    with pytest.raises(HierarchyError, match=said):
        hierarchy(levels, ["1", "2", "3"])


def test_forecasts_and_variances_that_cannot_be_are_refused() -> None:
    """A forecast for each, each a number; a variance for each, none below zero; only a series may have zero."""
    good = np.ones((3, 1))
    for base in (np.ones((2, 1)), np.array([[1.0], [np.nan], [1.0]])):
        with pytest.raises(HierarchyError, match="give a finite forecast for each of 3"):
            reconciled(PAIR, base, Method.BOTTOM_UP)
    for variances in (None, np.ones(2), np.array([1.0, -1.0, 1.0])):
        with pytest.raises(HierarchyError, match="variances must be 3 numbers from 0"):
            reconciled(PAIR, good, Method.VARIANCE, variances=variances)
    with pytest.raises(HierarchyError, match="the variance of a total is 0"):
        reconciled(PAIR, good, Method.VARIANCE, variances=np.array([0.0, 1.0, 1.0]))


def test_a_series_without_variance_keeps_its_forecast() -> None:
    """10 - 7 = 3 too little: variances 1, 0, 2, so the second series takes 3 * 2 / 3 and the first nothing."""
    found = reconciled(PAIR, np.array([[10.0], [3.0], [4.0]]), Method.VARIANCE, variances=np.array([1.0, 0.0, 2.0]))
    assert found[:, 0].tolist() == [9.0, 3.0, 6.0]

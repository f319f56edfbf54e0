"""Group differences, worked out by hand."""

import math

import pandas as pd
import pytest

from ml.evaluation.fairness import fairness


def test_differences_are_between_the_largest_and_smallest_group_rate() -> None:
    """Group 1 selects 2 of 4 (and 1 of 2 positives), group 2 selects 1 of 4 (and 1 of 1)."""
    found = fairness(
        "sex",
        pd.Series([1] * 4 + [2] * 4),
        [1, 1, 0, 0, 1, 0, 0, 0],
        [0.9, 0.1, 0.8, 0.2, 0.7, 0.1, 0.1, 0.1],
        threshold=0.5,
        min_rows=4,
    )
    assert [(rates.group, rates.rows, rates.selection_rate) for rates in found.groups] == [
        ("1", 4, 0.5),
        ("2", 4, 0.25),
    ]
    assert found.demographic_parity_difference == 0.25
    assert found.equal_opportunity_difference == 0.5


def test_small_groups_are_left_out_by_name_and_unknown_rows_are_counted() -> None:
    """A group under `min_rows` does not decide, nor do rows without a group."""
    found = fairness(
        "band",
        pd.Series(["a", "a", "b", "b", "c", None]),
        [1, 0, 1, 0, 1, 1],
        [0.9, 0.1, 0.9, 0.1, 0.1, 0.1],
        threshold=0.5,
        min_rows=2,
    )
    assert found.left_out == ("c",)
    assert found.rows_unknown == 1
    assert found.demographic_parity_difference == 0.0


@pytest.mark.parametrize("groups", [["a"] * 4, [None] * 4, ["a", "b", "c", "d"]])
def test_fewer_than_two_large_groups_leave_the_difference_unknown(groups: list[str | None]) -> None:
    """NaN, so that the compliance gate fails closed."""
    found = fairness("band", pd.Series(groups), [0, 1, 0, 1], [0.1, 0.9, 0.2, 0.8], threshold=0.5, min_rows=2)
    assert math.isnan(found.demographic_parity_difference)


def test_a_group_without_positives_leaves_equal_opportunity_unknown() -> None:
    """Its true positive rate does not exist; the selection rates still do."""
    found = fairness(
        "g", pd.Series(["a", "a", "b", "b"]), [0, 1, 0, 0], [0.1, 0.9, 0.2, 0.8], threshold=0.5, min_rows=2
    )
    assert math.isnan(found.equal_opportunity_difference)
    assert found.demographic_parity_difference == 0.0

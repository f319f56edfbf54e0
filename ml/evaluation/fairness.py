"""Differences in a classifier's treatment of the groups of one attribute."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from ml.evaluation.metrics import checked


@dataclass(frozen=True, kw_only=True)
class GroupRates:
    """One group: its rows and actual positives, and the selected share of each."""

    group: str
    rows: int
    positives: int
    selection_rate: float
    true_positive_rate: float


@dataclass(frozen=True, kw_only=True)
class Fairness:
    """Differences between the groups of one attribute. NaN: fewer than two groups are large enough.

    `demographic_parity_difference` is the largest minus the smallest selection rate,
    `equal_opportunity_difference` is the same for the true positive rates (Hardt, Price & Srebro 2016).
    `rows_unknown` have no group.
    """

    attribute: str
    groups: tuple[GroupRates, ...]
    left_out: tuple[str, ...]
    rows_unknown: int
    demographic_parity_difference: float
    equal_opportunity_difference: float

    @property
    def selection_ratio(self) -> float:
        """The smallest selection rate over the largest; NaN for fewer than two groups, or if nobody is selected."""
        rates = [group.selection_rate for group in self.groups]
        return min(rates) / max(rates) if len(rates) > 1 and max(rates) > 0 else float("nan")


def _rates(group: str, labels: npt.NDArray[np.int64], chosen: npt.NDArray[np.bool_]) -> GroupRates:
    positives = labels == 1
    return GroupRates(
        group=group,
        rows=int(labels.size),
        positives=int(positives.sum()),
        selection_rate=float(chosen.mean()),
        true_positive_rate=float(chosen[positives].mean()) if positives.any() else float("nan"),
    )


def _spread(rates: list[float]) -> float:
    """Largest minus smallest; NaN for fewer than two rates or if one is unknown."""
    return max(rates) - min(rates) if len(rates) > 1 and not np.isnan(rates).any() else float("nan")


@dataclass(frozen=True, kw_only=True)
class LargeGroups:
    """The rows of each group that is large enough, by name; the others' names; the number of rows without a group."""

    rows: Mapping[str, npt.NDArray[np.bool_]]
    left_out: tuple[str, ...]
    rows_unknown: int


def large_groups(groups: pd.Series, min_rows: int) -> LargeGroups:
    """The groups with at least `min_rows` rows."""
    names = groups.astype("object").to_numpy()
    known = ~pd.isna(names)
    sizes = pd.Series(names[known]).astype(str).value_counts()
    texts = np.where(known, names.astype(str), "")
    large = sorted(str(name) for name in sizes.index[sizes >= min_rows])
    return LargeGroups(
        rows={name: known & (texts == name) for name in large},
        left_out=tuple(sorted(str(name) for name in sizes.index[sizes < min_rows])),
        rows_unknown=int((~known).sum()),
    )


def fairness(
    attribute: str,
    groups: pd.Series,
    labels: npt.ArrayLike,
    probabilities: npt.ArrayLike,
    *,
    threshold: float,
    min_rows: int,
) -> Fairness:
    """Compare the groups with at least `min_rows` rows at `threshold`; smaller ones are named in `left_out`."""
    truth, scores = checked(labels, probabilities)
    chosen = scores >= threshold
    large = large_groups(groups, min_rows)
    rates = tuple(_rates(name, truth[rows], chosen[rows]) for name, rows in large.rows.items())
    return Fairness(
        attribute=attribute,
        groups=rates,
        left_out=large.left_out,
        rows_unknown=large.rows_unknown,
        demographic_parity_difference=_spread([rate.selection_rate for rate in rates]),
        equal_opportunity_difference=_spread([rate.true_positive_rate for rate in rates]),
    )

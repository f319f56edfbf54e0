"""The interface of problems for the gates: comparison figures, signs of leakage, and the treatment of groups.

`numbers` are answers in the form for measures, of shape (rows,), or (rows, classes) with several classes.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd

from ml.declarations import ComplianceGate
from ml.evaluation.checks import Check
from ml.evaluation.comparing import Measured
from ml.evaluation.fairness import large_groups
from ml.evaluation.noise import Rate, mean_with_error, means_surely_apart, surely_apart
from ml.problems.problem import Floats, Problem

RETRAINS = False

# Without a declared limit: a model that leaves less than this share unexplained is too good to be true.
UNEXPLAINED = 0.03


@dataclass(frozen=True, kw_only=True)
class GroupFindings:
    """Differences between the groups of one attribute: `figures` for the gate's record, and the checks on them."""

    attribute: str
    figures: Mapping[str, object]
    checks: tuple[Check, ...]


class Judging(Protocol):
    """One problem's interface for the gates."""

    @property
    def problem(self) -> Problem:
        """The problem, which reads the truth and defines the measures."""

    def numbers(self, truth: Floats, output: pd.DataFrame) -> Floats:
        """The answers as numbers. Raises ValueError if they cannot be measured."""

    def drawn_together(self, numbers: Floats) -> npt.NDArray[np.int64] | None:
        """The group number of each row: resamples draw groups of dependent rows whole. None: rows are independent."""

    def measured(self) -> Mapping[str, Measured]:
        """The functions of truth and `numbers` for each measure, by name."""

    def seldom_over(self, measure: str, numbers: Floats, limit: float) -> float | None:
        """The value that a model exactly at `limit` seldom exceeds by noise; None: noise does not bias the measure."""

    def indistinct(self, truth: Floats) -> str:
        """Why no measure can distinguish models on this truth; empty if one can."""

    def losses(self, truth: Floats, numbers: Floats) -> Floats:
        """The loss of each row, for the model's importance of features."""

    def ranking_alone(self, values: pd.Series, truth: Floats) -> float:
        """The chance that a feature alone ranks two rows with different truths correctly, in the better direction."""

    def believable(self, truth: Floats) -> float:
        """The best believable value of the first measure, if no limit is declared."""

    def fairness(self, attribute: str, groups: pd.Series, truth: Floats, output: pd.DataFrame) -> GroupFindings:
        """Differences in the treatment of the groups of `attribute`, by the limits of the compliance gate."""


def difference(title: str, value: float, least: float, limit: float, unit: str = "") -> Check:
    """A difference breaks its limit if it is certainly above. Groups too small to show twice the limit: unknown."""
    of = f" {unit}" if unit else ""
    if value - least > limit:
        said = (
            f"{title} {value:.4g}{of} is uncertain by {value - least:.2g}: too few rows to compare with {limit:g}{of}"
        )
        return Check(passed=False, known=False, text=said)
    sure = f"surely at least {max(0.0, least):.4g}"
    if least > limit:
        return Check(passed=False, text=f"{title} {value:.4g}{of} is over the limit {limit:g}, {sure}")
    over = f"over the limit {limit:g} by no more than chance explains" if value > limit else f"at most {limit:g}"
    return Check(passed=True, text=f"{title} {value:.4g}{of} is {over}, {sure}")


def rate_difference(title: str, rates: Sequence[Rate], limit: float) -> Check:
    """The difference of the largest and the smallest rate."""
    value = max(rate.rate for rate in rates) - min(rate.rate for rate in rates)
    return difference(title, value, surely_apart(rates), limit)


def beyond_chance(title: str, rates: Sequence[Rate], limit: float) -> Check:
    """As `rate_difference`, for rates from possibly few rows: it fails only if it is certainly above the limit."""
    value, least = max(rate.rate for rate in rates) - min(rate.rate for rate in rates), surely_apart(rates)
    if least > limit:
        return Check(passed=False, text=f"{title} {value:.4g} is over the limit {limit:g}, surely {least:.4g}")
    return Check(passed=True, text=f"{title} {value:.4g} is not over {limit:g} by more than chance")


def mean_errors(
    title: str, groups: pd.Series, errors: Floats, gate: ComplianceGate, *, unit: str = ""
) -> GroupFindings:
    """The difference of the mean of `errors` (answer - truth) between `groups`; their name is the attribute.

    Source: Calders et al. 2013, "Controlling Attribute Effect in Linear Regression" (balanced residuals).
    """
    large, attribute = large_groups(groups, gate.min_group_rows), str(groups.name)
    means = {name: mean_with_error(errors[rows]) for name, rows in large.rows.items() if rows.sum() > 1}
    if len(means) < 2:
        check = too_few_groups(title, attribute, gate.min_group_rows)
    else:
        values, least = [mean.value for mean in means.values()], means_surely_apart(means.values())
        check = difference(title, max(values) - min(values), least, gate.max_group_difference, unit)
    figures = {
        "attribute": attribute,
        "mean_error": {name: {**asdict(mean), "rows": int(large.rows[name].sum())} for name, mean in means.items()},
        "left_out": large.left_out,
        "rows_unknown": large.rows_unknown,
    }
    return GroupFindings(attribute=attribute, figures=figures, checks=(check,))


def alone(numbers: Floats) -> None:
    """Rows are independent, so each is drawn by itself."""
    del numbers


def too_few_groups(title: str, attribute: str, min_rows: int) -> Check:
    """Fewer than two groups are large enough: nothing failed, but the result is unknown."""
    said = f"fewer than two groups of {attribute} have {min_rows} hold-out rows"
    return Check(passed=False, known=False, text=f"{title} is unknown ({math.nan}): {said}")

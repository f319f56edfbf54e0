"""Search for slices of one or two columns whose rows a model answers worse than all others.

Source: Chung, Kraska, Polyzotis, Tae & Whang 2019, "Slice Finder: Automated Data Slicing for Model Validation": a
slice's mean loss against that of all other rows (its counterpart), tested with unequal variances (Welch 1947). All
tested slices share one false-discovery rate (Benjamini & Hochberg 1995). With a reference, the change of that
difference is tested, so a slice that was already hard on the hold-out is not a discovery.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import stats

from ml.evaluation.slices import Floats, Plan, Tally

RETRAINS = False

# With fewer clusters in a slice, their spread is unknown.
_LEAST_CLUSTERS = 10


@dataclass(frozen=True, kw_only=True)
class Slice:
    """A discovered slice.

    `excess`: mean loss above that of the other rows (beyond the reference's excess), in the unit of the loss, with its
    standard error. `parts`: the contribution of each column, which add up to the excess.
    """

    conditions: tuple[str, ...]
    rows: int
    excess: float
    error: float
    chance: float
    parts: Mapping[str, float]

    @property
    def name(self) -> str:
        """Its conditions in words."""
        return " and ".join(self.conditions)


@dataclass(frozen=True, kw_only=True)
class Search:
    """The result of a search: the number of slices with enough rows to be tested, and the worst ones found."""

    tried: int
    found: tuple[Slice, ...]


def worst(planned: Plan, period: Tally, before: Tally | None, *, rate: float, least_rows: int, most: int) -> Search:
    """The worst slices at a false-discovery rate of `rate`, at most `most`, the most certain first.

    Slices with `least_rows` rows (and enough clusters) in both samples are tested. Of slices that share a condition
    only the most certain is reported and counted: otherwise the many relatives of one bad slice would admit slices that
    are bad by chance.
    """
    excess = period.excess - (before.excess if before else 0.0)
    error = np.sqrt(_squared_error(period, before))
    units = np.minimum(period.units, before.units) if before else period.units
    tried = _enough(period, least_rows) & (_enough(before, least_rows) if before else True)
    with np.errstate(divide="ignore", invalid="ignore"):
        above = excess / error
        chances = stats.t.sf(above, np.maximum(1, units - 1))
    tried &= np.isfinite(chances)
    count, slices, found = int(tried.sum()), list(planned.slices()), list[int]()
    for place in np.flatnonzero(tried)[np.argsort(-above[tried])]:
        if len(found) == most or chances[place] > rate * (len(found) + 1) / count:
            break
        if not any(set(slices[place]) & set(slices[other]) for other in found):
            found.append(int(place))
    places = {each: place for place, each in enumerate(slices)}
    return Search(
        tried=count,
        found=tuple(
            Slice(
                conditions=tuple(planned.cuts[at].labels[bin_] for at, bin_ in slices[place]),
                rows=int(period.rows[place]),
                excess=float(excess[place]),
                error=float(error[place]),
                chance=float(chances[place]),
                parts=_parts(planned, slices[place], excess, places),
            )
            for place in found
        ),
    )


def _enough(of: Tally, least_rows: int) -> npt.NDArray[np.bool_]:
    clustered = of.units < of.rows
    return np.asarray((of.rows >= least_rows) & (~clustered | (of.units >= _LEAST_CLUSTERS)))


def _squared_error(period: Tally, before: Tally | None) -> Floats:
    """The squared error of the excess. With a reference, the slice's own spread is the larger of the separate and the
    pooled estimate, since a sample without the rare large losses underestimates its spread.
    """
    if before is None:
        return period.squared_error + period.rest_squared_error
    apart = period.squared_error + before.squared_error
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = (period.squares + before.squares) / (period.rows + before.rows - 2)
        together = spread * (1 / period.rows + 1 / before.rows)
    own = np.fmax(apart, together)
    return own + period.rest_squared_error + before.rest_squared_error


def _parts(
    planned: Plan, of: Sequence[tuple[int, int]], excess: Floats, places: Mapping[tuple[tuple[int, int], ...], int]
) -> dict[str, float]:
    """The contribution of each column: its mean step over both orders of adding the columns (Shapley 1953)."""
    whole = float(excess[places[tuple(of)]])
    if len(of) == 1:
        return {planned.cuts[of[0][0]].column: whole}
    alone = [float(excess[places[(each,)]]) for each in of]
    alone = [each if math.isfinite(each) else 0.0 for each in alone]
    names = [planned.cuts[place].column for place, _ in of]
    return {names[0]: (alone[0] + whole - alone[1]) / 2, names[1]: (alone[1] + whole - alone[0]) / 2}

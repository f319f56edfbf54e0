"""How sure a comparison of two forecasters is: both on the same series, which are resampled."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ml.problems.forecasting.table import Judged

Floats = npt.NDArray[np.float64]
_RESAMPLES, _SEED, _CONFIDENCE = 2000, 7, 0.95
_PARTS = ("smape", "mase", "base_smape", "base_mase")


@dataclass(frozen=True, kw_only=True)
class Ratio:
    """One forecaster's OWA over another's, with its percentile interval at 95 % over resampled series."""

    value: float
    lower: float
    upper: float

    def __str__(self) -> str:
        """For a table."""
        return f"{self.value:.3f} ({self.lower:.3f} to {self.upper:.3f})"

    @property
    def sure(self) -> str:
        """What the interval shows: below, above, or neither."""
        return "below" if self.upper < 1 else "above" if self.lower > 1 else "neither"


def ratio(series: Sequence[Sequence[Judged]], ours: str, theirs: str) -> Ratio:
    """`series`: all that was judged of each. A series that one of the two did not answer is left out."""
    rows = [{each.name: each.values for each in judged} for judged in series]
    both = [each for each in rows if _answered(each, ours) and _answered(each, theirs)]
    drawn = np.random.default_rng(_SEED).multinomial(len(both), np.full(len(both), 1 / len(both)), _RESAMPLES)
    weights = np.vstack([np.ones(len(both)), drawn])
    found = _owas(both, ours, weights) / _owas(both, theirs, weights)
    lower, upper = np.quantile(found[1:], [(1 - _CONFIDENCE) / 2, (1 + _CONFIDENCE) / 2])
    return Ratio(value=float(found[0]), lower=float(lower), upper=float(upper))


def _answered(row: Mapping[str, Mapping[str, float]], name: str) -> bool:
    return name in row and bool(np.isfinite([row[name][part] for part in _PARTS]).all())


def _owas(rows: Sequence[Mapping[str, Mapping[str, float]]], name: str, weights: Floats) -> Floats:
    """Shape (resamples,): as `measures.owa`, from `weights` (resamples, series)."""
    smape, mase, base_smape, base_mase = (weights @ [[row[name][part] for part in _PARTS] for row in rows]).T
    return np.asarray((smape / base_smape + mase / base_mase) / 2)

"""Rows at past origins of many series, in arrays over all rows."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from ml.problems.forecasting.served import Asked, Floats, Ints

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True, eq=False)
class Rolled:
    """Rows at past origins. `series`: each row's position in `names`. `late`: the newer half of the origins."""

    names: Sequence[str]
    series: Ints
    asked: Asked
    scale: Floats
    truth: Floats
    late: Bools

    def mean(self, values: Floats) -> Floats:
        """Shape (series,): the mean of `values` (rows,) over each series' rows; NaN without rows."""
        sums = np.bincount(self.series, values, len(self.names))
        found: Floats = np.divide(sums, self.rows, out=np.full(len(self.names), np.nan), where=self.rows > 0)
        return found

    def part(self, rows: Bools | Ints) -> "Rolled":
        """Only the given `rows`, with the same series."""
        given = {name: getattr(self, name)[rows] for name in ("series", "scale", "truth", "late")}
        return replace(self, asked=self.asked.of(rows), **given)

    def among(self, rows: Ints, first: int, last: int) -> "Rolled":
        """Only the `rows` of the series at positions `first` to before `last`, and only these series."""
        part = self.part(rows)
        return replace(part, names=self.names[first:last], series=part.series - first)

    @property
    def rows(self) -> Ints:
        """Shape (series,): the number of rows of each."""
        return np.bincount(self.series, minlength=len(self.names)).astype(np.int64)

    def squared(self, forecast: Floats) -> Floats:
        """Shape (rows,): squared errors in the scale of the series; large but finite for diverged forecasts."""
        found = np.minimum(((forecast - self.truth) / self.scale) ** 2, 1e12)
        return np.asarray(np.where(np.isnan(forecast), np.nan, found))

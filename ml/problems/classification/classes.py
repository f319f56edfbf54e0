"""The classes of a multiclass problem, and per-row figures of its answers."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ml.problems.measured import checked
from ml.problems.monitor import Answered, Figure, Floats, mean_figure

RETRAINS = False

_LEAST = float(np.finfo(np.float64).eps)


@dataclass(frozen=True, kw_only=True)
class Classes:
    """The class numbers in `truth`, each with the column of its probability."""

    columns: Mapping[int | str, str]

    def chances(self, rows: Answered) -> Floats:
        """The probabilities, shape (rows, classes). Raises ValueError for NaN or values that are not probabilities."""
        columns = tuple(self.columns.values())
        _, answers = checked(rows.truth, rows.answers, columns)
        chances: Floats = answers[list(columns)].to_numpy(float)
        wrong = int(((chances < 0) | (chances > 1)).any(axis=1).sum())
        if wrong:
            raise ValueError(f"{wrong} of {len(chances)} rows have a probability outside 0..1")
        return chances

    def log_loss(self, rows: Answered) -> Figure:
        """Mean of -ln of the true class's probability, in nats per row; its error comes from the spread over rows."""
        chances = self.chances(rows)
        chosen = chances[np.arange(len(chances)), rows.truth.astype(int)]
        return mean_figure(-np.log(np.clip(chosen, _LEAST, 1.0)))

    def accuracy(self, rows: Answered) -> Figure:
        """The share of rows whose likeliest class came true, with the error of a share."""
        return mean_figure(self.right(rows))

    def right(self, rows: Answered) -> Floats:
        """1 for a row whose likeliest class came true, else 0."""
        return np.asarray(self.likeliest(rows) == rows.truth, dtype=np.float64)

    def likeliest(self, rows: Answered) -> Floats:
        """The number of the likeliest class of every row."""
        places = {each: place for place, each in enumerate(self.columns)}
        checked(rows.truth, rows.answers, tuple(self.columns.values()))
        return np.asarray(rows.answers["prediction"].map(places), dtype=np.float64)

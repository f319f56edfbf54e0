"""The classes of "which of several", and what their answers say row by row."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ml.problems.measured import checked
from ml.problems.monitor import Answered, Figure, Floats, mean_figure

RETRAINS = False

_LEAST = float(np.finfo(np.float64).eps)


@dataclass(frozen=True, kw_only=True)
class Classes:
    """The places of the classes in `truth`, each with the column of its probability."""

    columns: Mapping[int | str, str]

    def chances(self, rows: Answered) -> Floats:
        """Shape (rows, classes). Raises ValueError for what is NaN or no probability."""
        columns = tuple(self.columns.values())
        _, answers = checked(rows.truth, rows.answers, columns)
        chances: Floats = answers[list(columns)].to_numpy(float)
        wrong = int(((chances < 0) | (chances > 1)).any(axis=1).sum())
        if wrong:
            raise ValueError(f"{wrong} of {len(chances)} rows have a probability outside 0..1")
        return chances

    def log_loss(self, rows: Answered) -> Figure:
        """Mean of -ln of the probability of what came true, in nats a row; its error from the spread over rows."""
        chances = self.chances(rows)
        chosen = chances[np.arange(len(chances)), rows.truth.astype(int)]
        return mean_figure(-np.log(np.clip(chosen, _LEAST, 1.0)))

    def accuracy(self, rows: Answered) -> Figure:
        """The share of rows whose likeliest class came true; its error is that of a share."""
        return mean_figure(self.right(rows))

    def right(self, rows: Answered) -> Floats:
        """1 for a row whose likeliest class came true, else 0."""
        return np.asarray(self.likeliest(rows) == rows.truth, dtype=np.float64)

    def likeliest(self, rows: Answered) -> Floats:
        """The place of the class that is answered, of every row."""
        places = {each: place for place, each in enumerate(self.columns)}
        checked(rows.truth, rows.answers, tuple(self.columns.values()))
        return np.asarray(rows.answers["prediction"].map(places), dtype=np.float64)

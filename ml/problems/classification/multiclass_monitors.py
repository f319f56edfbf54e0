"""How good the answers to "which of several" were in a period whose outcomes are known."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from ml.declarations import Direction
from ml.declarations.monitored import ACCURACY, ACCURACY_DIFFERENCE, CLASS_RATE, MEAN_LOSS, Monitored
from ml.problems.classification.binary_monitors import rate_finding
from ml.problems.finding import Finding
from ml.problems.group_means import GroupMeans
from ml.problems.measured import checked
from ml.problems.monitor import AgainstHoldout, Answered, Bounds, Figure, Floats, Monitor, mean_figure

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
        places = {each: place for place, each in enumerate(self.columns)}
        checked(rows.truth, rows.answers, tuple(self.columns.values()))
        likeliest = rows.answers["prediction"].map(places).to_numpy(dtype=float)
        return np.asarray(likeliest == rows.truth, dtype=np.float64)


@dataclass(frozen=True, kw_only=True)
class ClassRates(Monitor):
    """The rate of each class around its mean probability; as the outcome rate of a yes or no, class by class.

    The chance is split over the classes.
    """

    classes: Classes
    declared: Monitored = CLASS_RATE

    def columns(self, groups: tuple[str, ...]) -> tuple[str, ...]:
        """The column of each class's probability."""
        del groups
        return tuple(self.classes.columns.values())

    def measure(self, period: Answered, bounds: Bounds) -> list[Finding]:
        """One finding per class."""
        chances = self.classes.chances(period)
        each = replace(bounds, chance=bounds.chance / len(self.classes.columns))
        return [
            rate_finding(
                self.name,
                column,
                (period.truth == place).astype(np.int64),
                chances[:, place],
                each,
            )
            for place, column in enumerate(self.classes.columns.values())
        ]


def monitors(columns: Mapping[int | str, str]) -> tuple[Monitor, ...]:
    """Log loss, accuracy, class rates, accuracy by group.

    `columns`: the classes in their order, each with the column of its probability.
    """
    classes = Classes(columns=columns)
    return (
        AgainstHoldout(declared=MEAN_LOSS, better=Direction.LOWER, figure=classes.log_loss),
        AgainstHoldout(declared=ACCURACY, better=Direction.HIGHER, figure=classes.accuracy),
        ClassRates(classes=classes),
        GroupMeans(declared=ACCURACY_DIFFERENCE, values=classes.right),
    )

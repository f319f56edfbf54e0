"""Monitors of multiclass answers in a period with known outcomes."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from ml.declarations import Direction
from ml.declarations.monitored import ACCURACY, ACCURACY_DIFFERENCE, CLASS_RATE, MEAN_LOSS, Monitored
from ml.problems.classification.binary_monitors import rate_finding
from ml.problems.classification.classes import Classes
from ml.problems.classification.estimated import of_classes
from ml.problems.classification.multiclass_figures import figures
from ml.problems.finding import Finding
from ml.problems.group_means import GroupMeans
from ml.problems.monitor import AgainstHoldout, Answered, Bounds, Monitor

RETRAINS = False


@dataclass(frozen=True, kw_only=True)
class ClassRates(Monitor):
    """The rate of each class around its mean probability: the binary outcome rate, class by class.

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
    """Log loss, accuracy, class rates, the additionally declared figures, accuracy by group.

    `columns`: the classes in their order, each with the column of its probability.
    """
    classes = Classes(columns=columns)
    return (
        AgainstHoldout(declared=MEAN_LOSS, better=Direction.LOWER, figure=classes.log_loss),
        AgainstHoldout(declared=ACCURACY, better=Direction.HIGHER, figure=classes.accuracy),
        ClassRates(classes=classes),
        *figures(classes),
        *of_classes(classes),
        GroupMeans(declared=ACCURACY_DIFFERENCE, values=classes.right),
    )

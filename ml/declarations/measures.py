"""Measures of models: names, directions and units. A problem declares its own in the same way."""

from dataclasses import dataclass
from enum import StrEnum


class Direction(StrEnum):
    """Whether higher or lower values are better."""

    HIGHER = "higher"
    LOWER = "lower"


@dataclass(frozen=True, kw_only=True)
class Measure:
    """One figure over the rows of a hold-out. `name` is that of its function in `ml.evaluation.measured`."""

    name: str
    title: str
    better: Direction
    unit: str = ""

    def gain(self, difference: float) -> float:
        """`difference` (challenger - champion) as an improvement: positive if the challenger is better."""
        return difference if self.better is Direction.HIGHER else -difference


ROC_AUC = Measure(name="roc_auc", title="ROC AUC", better=Direction.HIGHER)
LOG_LOSS = Measure(name="log_loss", title="log loss", better=Direction.LOWER, unit="nats a row")
BRIER_SCORE = Measure(name="brier_score", title="Brier score", better=Direction.LOWER)
CALIBRATION_ERROR = Measure(
    name="expected_calibration_error", title="expected calibration error", better=Direction.LOWER
)
# What wrong decisions cost at the decision threshold, by the declared costs.
COST = Measure(name="cost", title="cost", better=Direction.LOWER, unit="a row, in the unit of the declared costs")
MAE = Measure(name="mean_absolute_error", title="mean absolute error", better=Direction.LOWER, unit="the label's")
RMSE = Measure(
    name="root_mean_squared_error", title="root mean squared error", better=Direction.LOWER, unit="the label's"
)
R2 = Measure(name="r2", title="R2", better=Direction.HIGHER)
# Of series of all sizes: each is measured in its own scale, and counts alike.
RMSSE = Measure(name="rmsse", title="root mean squared scaled error", better=Direction.LOWER)
WAPE = Measure(name="wape", title="weighted absolute percentage error", better=Direction.LOWER)
SMAPE = Measure(name="smape", title="symmetric absolute percentage error", better=Direction.LOWER, unit="percent")
PINBALL = Measure(name="pinball", title="pinball loss", better=Direction.LOWER, unit="the label's")

"""Which months train, tune, calibrate and judge a model. Pure: months in, months out."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

MIN_MONTHS = 4


@dataclass(frozen=True, kw_only=True)
class Split:
    """Whole months, oldest first, each in exactly one part; `holdout` is the newest."""

    train: tuple[date, ...]
    tuning: tuple[date, ...]
    calibration: tuple[date, ...]
    holdout: tuple[date, ...]

    @property
    def fitted(self) -> tuple[date, ...]:
        """The months that the final model is fitted on."""
        return self.train + self.tuning

    @property
    def before_holdout(self) -> tuple[date, ...]:
        """All months that training may see."""
        return self.fitted + self.calibration


def _share(ratio: float, months: int) -> int:
    """`ratio` of `months`, to the nearest whole month, and at least one."""
    return max(1, int(ratio * months + 0.5))


def split_months(
    months: Iterable[date], *, holdout_ratio: float, tuning_ratio: float, calibration_ratio: float
) -> Split:
    """Split by time: hold-out the newest months; before it calibration, before that tuning, the rest trains.

    `holdout_ratio` is of all months, the other two of the months that remain. Raises ValueError where a
    part would be empty.
    """
    ordered = tuple(sorted(set(months)))
    holdout = _share(holdout_ratio, len(ordered))
    rest = len(ordered) - holdout
    calibration, tuning = _share(calibration_ratio, rest), _share(tuning_ratio, rest)
    train = rest - calibration - tuning
    if len(ordered) < MIN_MONTHS or train < 1:
        raise ValueError(
            f"{len(ordered)} month(s) of known outcomes cannot be split into training, tuning ({tuning_ratio}), "
            f"calibration ({calibration_ratio}) and hold-out ({holdout_ratio}): at least {MIN_MONTHS} are needed; "
            "wait for more months or ingest older ones"
        )
    return Split(
        train=ordered[:train],
        tuning=ordered[train : train + tuning],
        calibration=ordered[train + tuning : rest],
        holdout=ordered[rest:],
    )

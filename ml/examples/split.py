"""Which months train, tune, calibrate and judge a model. Pure: months in, months out."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

MIN_MONTHS = 4


@dataclass(frozen=True, kw_only=True)
class Split:
    """Whole months, oldest first, each in exactly one part; `holdout` is the newest.

    The final model is fitted on all months before the hold-out, those that tuned and calibrated included.
    """

    train: tuple[date, ...]
    tuning: tuple[date, ...]
    calibration: tuple[date, ...]
    holdout: tuple[date, ...]

    @property
    def before_holdout(self) -> tuple[date, ...]:
        """All months that training may see."""
        return self.train + self.tuning + self.calibration


def _share(ratio: float, months: int) -> int:
    """`ratio` of `months`, to the nearest whole month, and at least one."""
    return max(1, int(ratio * months + 0.5))


def split_months(
    months: Iterable[date],
    *,
    holdout_ratio: float,
    tuning_ratio: float,
    calibration_ratio: float,
    holdout_start: date | None = None,
) -> Split:
    """Split by time: hold-out the newest months; before it calibration, before that tuning, the rest trains.

    `holdout_ratio` is of all months, the other two of the months that remain; with `holdout_start` the hold-out
    are the months from that one on. Raises ValueError where a part would be empty.
    """
    ordered = tuple(sorted(set(months)))
    held_out = [month for month in ordered if holdout_start is not None and month >= holdout_start]
    if holdout_start is not None and not held_out:
        raise ValueError(
            f"the hold-out would start in {holdout_start:%Y-%m}, but the newest month of known outcomes is "
            f"{f'{ordered[-1]:%Y-%m}' if ordered else 'not there yet'}: name an earlier month, or none"
        )
    holdout = len(held_out) or _share(holdout_ratio, len(ordered))
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

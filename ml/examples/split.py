"""Which periods train, tune, calibrate and judge a model. Pure: periods in, periods out."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from ml.declarations import Calendar

MIN_PERIODS = 4


@dataclass(frozen=True, kw_only=True)
class Split:
    """Whole periods, oldest first, each in exactly one part; `holdout` is the newest.

    The final model is fitted on all periods before the hold-out, those that tuned and calibrated included.
    """

    train: tuple[date, ...]
    tuning: tuple[date, ...]
    calibration: tuple[date, ...]
    holdout: tuple[date, ...]

    @property
    def before_holdout(self) -> tuple[date, ...]:
        """All periods that training may see."""
        return self.train + self.tuning + self.calibration

    @property
    def held_out(self) -> tuple[date, date]:
        """The first and the last period of the hold-out."""
        return self.holdout[0], self.holdout[-1]


def _share(ratio: float, periods: int) -> int:
    """`ratio` of `periods`, to the nearest whole period, and at least one."""
    return max(1, int(ratio * periods + 0.5))


def split_periods(
    periods: Iterable[date],
    *,
    calendar: Calendar,
    holdout_ratio: float,
    tuning_ratio: float,
    calibration_ratio: float,
    holdout_start: date | None = None,
) -> Split:
    """Split by time: hold-out the newest periods; before it calibration, before that tuning, the rest trains.

    `holdout_ratio` is of all periods, the other two of the periods that remain; with `holdout_start` the hold-out
    are the periods from that one on. Raises ValueError where a part would be empty.
    """
    ordered = tuple(sorted(set(periods)))
    held_out = [period for period in ordered if holdout_start is not None and period >= holdout_start]
    if holdout_start is not None and not held_out:
        raise ValueError(
            f"the hold-out would start in {calendar.named(holdout_start)}, but the newest {calendar.period} of known "
            f"outcomes is {calendar.named(ordered[-1]) if ordered else 'not there yet'}: name an earlier one, or none"
        )
    holdout = len(held_out) or _share(holdout_ratio, len(ordered))
    rest = len(ordered) - holdout
    calibration, tuning = _share(calibration_ratio, rest), _share(tuning_ratio, rest)
    train = rest - calibration - tuning
    if len(ordered) < MIN_PERIODS or train < 1:
        raise ValueError(
            f"{len(ordered)} {calendar.period}(s) of known outcomes cannot be split into training, tuning "
            f"({tuning_ratio}), calibration ({calibration_ratio}) and hold-out ({holdout_ratio}): at least "
            f"{MIN_PERIODS} are needed; wait for more {calendar.period}s or ingest older ones"
        )
    return Split(
        train=ordered[:train],
        tuning=ordered[train : train + tuning],
        calibration=ordered[train + tuning : rest],
        holdout=ordered[rest:],
    )

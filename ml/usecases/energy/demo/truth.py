"""The generated sites and their truth: the expected load of every site and hour. Pure."""

from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

# A Monday; twelve weeks of hours.
FIRST_DAY, DAYS = date(2024, 2, 5), 84
SITES = tuple(f"SITE-{number:02d}" for number in range(1, 9))
# From this day on every site draws this many times as much: a second shift works.
SHIFT_DAY, SHIFT_FACTOR = date(2024, 4, 17), 1.8
# All are announced with the first file.
HOLIDAYS = {
    date(2024, 2, 20): "Founders' day",
    date(2024, 3, 8): "Women's day",
    date(2024, 3, 19): "Saint Joseph",
    date(2024, 5, 1): "Labour day",
}
_LEVELS_KWH = 90.0 + 3.0 * np.arange(len(SITES))
# Shares of a site's level: the increase at midday, its remaining part on a day off, and the increase per degree below
# the comfort limit.
_DAY, _OFF, _DEGREE, _COMFORT_C = 0.6, 0.2, 0.02, 18.0


def is_off(day: date) -> bool:
    """Whether nobody works on the day."""
    return day.weekday() >= 5 or day in HOLIDAYS


def expected_c(day: date) -> Floats:
    """The expected temperature in each hour of a day, shape (24,): warmer towards summer and by day."""
    hours = np.arange(24)
    return 6.0 + 0.03 * (day - FIRST_DAY).days - 3.0 * np.cos(2 * np.pi * (hours - 3) / 24)


def expected_kwh(day: date, temperature_c: Floats, *, shift_factor: float = SHIFT_FACTOR) -> Floats:
    """The expected load of each site and hour of a day, shape (sites, 24), at temperatures of the same shape."""
    # Each site's day is half an hour later than the previous site's.
    hours = np.arange(24) - 0.5 * np.arange(len(SITES))[:, None]
    works = _DAY * (_OFF if is_off(day) else 1.0) * (1 - np.cos(2 * np.pi * hours / 24)) / 2
    heats = _DEGREE * np.maximum(_COMFORT_C - temperature_c, 0.0)
    shift = shift_factor if day >= SHIFT_DAY else 1.0
    return np.asarray(_LEVELS_KWH[:, None] * (1 + works) * (1 + heats) * shift)


def days(count: int = DAYS) -> list[date]:
    """The first `count` days."""
    return [FIRST_DAY + timedelta(days=number) for number in range(count)]

"""Generated loads, weather forecasts and holidays, around a known truth (`truth.py`)."""

from collections.abc import Mapping
from datetime import date, timedelta

import numpy as np
import pandas as pd

from ml.usecases.energy.demo.truth import DAYS, FIRST_DAY, HOLIDAYS, SITES, Floats, days, expected_c, expected_kwh

# The columns of a record, by feed.
FEEDS: Mapping[str, tuple[str, ...]] = {
    "loads": ("site", "at", "load_kwh"),
    "weather": ("site", "at", "temperature_c"),
    "holidays": ("day", "holiday"),
}
# Raw rows of all feeds: the feed, the day of the file, and the values of the record.
COLUMNS = ("feed", "delivered", *dict.fromkeys(name for names in FEEDS.values() for name in names))
SEED = 20_240_205
# Standard deviations: of the weather, in degrees and the same for all sites; of noise, as a share of the load.
_WEATHER_C, _LUCK = 2.0, 0.05
# The shares of weather that lasts into the next day, and of noise that lasts into the next hour.
_WEATHER_LASTS, _LUCK_LASTS = 0.6, 0.5


def generate(count: int = DAYS, seed: int = SEED) -> pd.DataFrame:
    """The first `count` days of all feeds as text, one row per record: `COLUMNS`. Equal seeds give equal days.

    A day's weather is forecast, without error, on the day before; the first file also has its own day's weather, and
    the last file that of the day after.
    """
    of_weather, of_luck = (np.random.default_rng([seed, stream]) for stream in range(2))
    weather = _lasting(of_weather.normal(0, _WEATHER_C, (count + 1, 1)), _WEATHER_LASTS)
    luck = _lasting(of_luck.normal(0, _LUCK, (24 * count, len(SITES))), _LUCK_LASTS)
    parts = [_holidays()]
    for day, anomaly in zip(days(count + 1), weather, strict=True):
        parts.append(_hours("weather", max(FIRST_DAY, day - timedelta(days=1)), day, _degrees(day, anomaly)))
    for day, anomaly, chance in zip(days(count), weather, luck.reshape(count, 24, len(SITES)), strict=False):
        drawn = expected_kwh(day, _degrees(day, anomaly)) * (1 + chance.T)
        parts.append(_hours("loads", day, day, np.round(drawn, 2)))
    return pd.concat(parts, ignore_index=True).reindex(columns=list(COLUMNS)).fillna("").astype(str)


def _degrees(day: date, anomaly: Floats) -> Floats:
    """The temperature of each site and hour, shape (sites, 24)."""
    return np.asarray(np.round(np.tile(expected_c(day) + anomaly, (len(SITES), 1)), 1), dtype=np.float64)


def _lasting(news: Floats, share: float) -> Floats:
    """Autocorrelated noise by time (rows): a share lasts into the next row; standard deviation as of `news`."""
    found = news.copy()
    for at in range(1, len(found)):
        found[at] = share * found[at - 1] + np.sqrt(1 - share**2) * news[at]
    return found


def _hours(feed: str, delivered: date, day: date, values: Floats) -> pd.DataFrame:
    """One row per site and hour of `day`, of `values` of shape (sites, 24)."""
    name = FEEDS[feed][-1]
    hours = [f"{day} {hour:02d}:00:00" for hour in range(24)]
    return pd.DataFrame(
        {
            "feed": feed,
            "delivered": str(delivered),
            "site": np.repeat(SITES, 24),
            "at": hours * len(SITES),
            name: values.ravel(),
        }
    )


def _holidays() -> pd.DataFrame:
    return pd.DataFrame(
        [
            {"feed": "holidays", "delivered": str(FIRST_DAY), "day": str(day), "holiday": name}
            for day, name in HOLIDAYS.items()
        ]
    )

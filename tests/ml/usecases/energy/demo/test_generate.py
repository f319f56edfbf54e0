"""The generated hours, and the truth that they lie around."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from ml.usecases.energy.demo.generate import COLUMNS, FEEDS, generate
from ml.usecases.energy.demo.truth import (
    FIRST_DAY,
    HOLIDAYS,
    SHIFT_DAY,
    SHIFT_FACTOR,
    SITES,
    expected_c,
    expected_kwh,
    is_off,
)

pytestmark = pytest.mark.fast

_DAYS = 10


@pytest.fixture(scope="module")
def raw() -> pd.DataFrame:
    """Ten days of every feed."""
    return generate(_DAYS)


def _at(day: date, degrees: float = 10.0) -> "np.ndarray[tuple[int, ...], np.dtype[np.float64]]":
    return expected_kwh(day, np.full((len(SITES), 24), degrees))


def test_equal_seeds_give_equal_records(raw: pd.DataFrame) -> None:
    """And another seed gives others."""
    pd.testing.assert_frame_equal(generate(_DAYS), raw)
    assert not generate(_DAYS, seed=3).equals(raw)


def test_every_hour_of_every_site_has_a_load_and_a_forecast_of_its_weather(raw: pd.DataFrame) -> None:
    """The weather goes on for the day after the last load."""
    assert tuple(raw.columns) == COLUMNS
    counts = raw.groupby("feed").size()
    assert dict(counts) == {
        "holidays": len(HOLIDAYS),
        "loads": 24 * _DAYS * len(SITES),
        "weather": 24 * (_DAYS + 1) * len(SITES),
    }
    assert not raw[raw["feed"] != "holidays"].duplicated(["feed", "site", "at"]).any()


def test_the_weather_of_a_day_is_delivered_the_day_before(raw: pd.DataFrame) -> None:
    """But for that of the first day, which comes with its loads; these come with their own day's file."""
    weather, loads = (raw[raw["feed"] == feed] for feed in ("weather", "loads"))
    later = pd.to_datetime(weather["at"]).dt.normalize() - pd.to_datetime(weather["delivered"])
    assert set(later.dt.days[weather["at"].str[:10] != str(FIRST_DAY)]) == {1}
    assert (loads["at"].str[:10] == loads["delivered"]).all()


def test_loads_lie_around_the_truth() -> None:
    """Over twelve weeks each site's are within a twentieth of what is expected at those temperatures."""
    raw = generate()
    loads = raw[raw["feed"] == "loads"].set_index(["site", "at"])["load_kwh"].astype(float)
    degrees = raw[raw["feed"] == "weather"].set_index(["site", "at"])["temperature_c"].astype(float)
    days = sorted({at[:10] for _, at in loads.index})
    expected = np.stack(
        [
            expected_kwh(
                date.fromisoformat(day), np.tile([degrees[SITES[0], f"{day} {h:02d}:00:00"] for h in range(24)], (8, 1))
            )
            for day in days
        ]
    )
    found = loads.unstack("site")[list(SITES)].to_numpy().reshape(len(days), 24, len(SITES)).transpose(0, 2, 1)
    assert np.abs(found.mean(axis=(0, 2)) / expected.mean(axis=(0, 2)) - 1).max() < 0.05
    assert 0.04 < (found / expected - 1).std() < 0.06


def test_days_weeks_weather_and_holidays_have_their_part() -> None:
    """Less at night and on days off, more in the cold; the shift multiplies all of it, from its day on."""
    monday, saturday, holiday = FIRST_DAY, FIRST_DAY + timedelta(days=5), next(iter(HOLIDAYS))
    work = _at(monday)
    assert (work.max(axis=1) > 1.5 * work.min(axis=1)).all()
    np.testing.assert_allclose(_at(saturday), _at(holiday))
    assert (_at(saturday).sum(axis=1) < 0.9 * work.sum(axis=1)).all()
    assert (is_off(monday), is_off(saturday), is_off(holiday)) == (False, True, True)
    assert (_at(monday, degrees=0.0) > work).all()
    np.testing.assert_allclose(_at(SHIFT_DAY), SHIFT_FACTOR * _at(SHIFT_DAY - timedelta(days=1)))


def test_it_is_warmer_by_day_and_towards_summer() -> None:
    """In every hour of the last day, too."""
    first, last = expected_c(FIRST_DAY), expected_c(FIRST_DAY + timedelta(days=83))
    assert first.argmin() == 3
    assert first.argmax() == 15
    assert (last > first).all()
    assert set(FEEDS) == {"loads", "weather", "holidays"}

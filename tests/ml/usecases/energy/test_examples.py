"""The rows that are forecast: the past, and what was known ahead."""

from collections.abc import Iterator
from datetime import date, timedelta

import pandas as pd
import pytest
from pyspark.sql import DataFrame, SparkSession

from ml import runtime
from ml.usecases.energy.demo.generate import generate
from ml.usecases.energy.demo.truth import FIRST_DAY, SITES
from ml.usecases.energy.examples import ORIGINS, examples
from ml.usecases.energy.features import EXAMPLES
from ml.usecases.energy.rules import HISTORY, HORIZON

# One origin needs eight days, a second one nine.
_DAYS = 9
_WARM_C = 30.0


def _values(count: int) -> pd.DataFrame:
    made = generate(count)
    loads = made[made["feed"] == "loads"]
    return pd.DataFrame(
        {"series": loads["site"], "at": pd.to_datetime(loads["at"]), "value": loads["load_kwh"].astype(float)}
    )


@pytest.mark.fast
def test_nothing_is_known_before_its_time() -> None:
    """Rows of an origin are the same when more has come; each step of each site has one."""
    early, late = ORIGINS.rows(_values(_DAYS - 1)), ORIGINS.rows(_values(_DAYS + 3))
    first = early["origin"].max()
    assert first == pd.Timestamp(FIRST_DAY) + pd.Timedelta(hours=len(HISTORY) - 1)
    assert (early["origin"] == first).sum() == len(SITES) * HORIZON
    names = ["series_step", "origin"]
    pd.testing.assert_frame_equal(
        early.sort_values(names, ignore_index=True),
        late[late["origin"] <= first].sort_values(names, ignore_index=True),
    )


def _day(number: int) -> date:
    return FIRST_DAY + timedelta(days=number)


def _inputs(spark: SparkSession) -> dict[str, DataFrame]:
    """Loads of nine days; the weather of the day after, which is warm, is forecast in time for the second site alone.

    Of two holidays on that day one is announced in time, and one of the day before is not.
    """
    loads = _values(_DAYS)
    at = [(_day(number), hour) for number in range(_DAYS) for hour in range(24)]
    known = [
        (SITES[1], f"{_day(_DAYS)} {hour:02d}:00:00", f"{_day(_DAYS - 1)} 23:00:00", _WARM_C) for hour in range(24)
    ]
    late = [(SITES[0], there, f"{_day(_DAYS)} 05:00:00", _WARM_C) for _, there, _, _ in known]
    usual = [(site, f"{day} {hour:02d}:00:00", f"{day} 00:00:00", 10.0) for site in SITES[:2] for day, hour in at]
    weather = spark.createDataFrame(
        [*usual, *known, *late], "site string, at string, delivered string, temperature_c double"
    )
    days = [(_day(_DAYS), f"{FIRST_DAY} 00:00:00", "known"), (_day(_DAYS - 1), f"{_day(_DAYS)} 12:00:00", "late")]
    holidays = spark.createDataFrame(days, "day date, delivered string, holiday string")
    return {
        "loads": spark.createDataFrame(
            loads[loads["series"].isin(SITES[:2])].rename(columns={"series": "site", "value": "load_kwh"})
        ),
        "weather": weather.selectExpr(
            "site", "CAST(at AS TIMESTAMP) AS at", "CAST(delivered AS TIMESTAMP) AS delivered", "temperature_c"
        ),
        "holidays": holidays.selectExpr("day", "CAST(delivered AS TIMESTAMP) AS delivered", "holiday"),
    }


@pytest.fixture(scope="module")
def rows(spark_remote: str) -> Iterator[pd.DataFrame]:
    """What two sites are asked about at the end of the eighth and the ninth day."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SPARK_REMOTE", spark_remote)
        yield examples(_inputs(runtime.spark())).toPandas()


def test_each_site_is_asked_about_each_hour_of_the_next_day(rows: pd.DataFrame) -> None:
    """With the columns of the table, in their order."""
    assert tuple(rows.columns) == tuple(column.name for column in EXAMPLES.table.columns)
    asked = rows.groupby(["site", rows["origin"].dt.date])["step"].agg(sorted)
    assert {key: len(steps) for key, steps in asked.items()} == {
        (site, day): HORIZON for site in SITES[:2] for day in (_day(_DAYS - 2), _day(_DAYS - 1))
    }
    assert (rows["hour"] == rows["target"].dt.hour).all()
    assert (rows["weekday"] == rows["target"].dt.weekday).all()


def test_a_forecast_of_the_weather_counts_once_it_was_delivered(rows: pd.DataFrame) -> None:
    """One that came after the origin is not known, nor how much warmer it gets."""
    newest = rows[rows["origin"].dt.date == _day(_DAYS - 1)]
    late, known = (newest[newest["site"] == site] for site in SITES[:2])
    assert late["temperature"].isna().all()
    assert late["warmer"].isna().all()
    assert set(known["temperature"]) == {_WARM_C}
    assert set(known["warmer"]) == {_WARM_C - 10.0}


def test_a_holiday_counts_once_it_was_announced(rows: pd.DataFrame) -> None:
    """The one that was announced later is a day like others."""
    holidays = rows.groupby(rows["target"].dt.date)["holiday"].agg(set)
    assert dict(holidays) == {_day(_DAYS - 1): {0.0}, _day(_DAYS): {1.0}}
    assert set(rows["holiday_before"]) == {0.0}

"""Weekly demand to examples: a series' known values at the end of a week, for each of the weeks ahead. Pure."""

from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np
import pandas as pd

from ml.usecases.demand.rules import (
    AGE_WEEKS,
    DEAD,
    DEAD_AFTER_WEEKS,
    FORECAST,
    HISTORY,
    HISTORY_WEEKS,
    MIN_AGE_WEEKS,
    MIN_WEEKS_SOLD,
    SELDOM,
    SERIES,
    STEPS,
    TOTALS,
    YOUNG,
)

COLUMNS = (
    "series_step",
    "example_id",
    "origin",
    "target_week",
    *SERIES,
    "step",
    *HISTORY,
    "age_weeks",
    "weeks_sold",
    "price_0",
    "price_change",
    "discount",
    "week_of_year",
    "weeks_to_christmas",
    *TOTALS,
)
_WEEK = timedelta(days=7)


def origins(weeks: pd.DataFrame) -> pd.DataFrame:
    """One row per series and week: the week as `origin`, its past (`HISTORY`, `price_0`, …) and `reason`.

    Args:
        weeks: rows of `weekly_demand` of whole series, with `TOTALS`.

    A row is a function of its own and earlier weeks, so it is the same whenever it is computed.
    """
    ordered = weeks.sort_values([*SERIES, "week"], ignore_index=True)
    # A series that had ended for a while starts again.
    begins = pd.to_datetime(ordered["week"]).groupby([ordered[name] for name in SERIES]).diff() != pd.Timedelta(_WEEK)
    series = ordered.groupby(begins.cumsum())
    past = {f"units_{week}": series["units"].shift(week).astype(float) for week in range(HISTORY_WEEKS)}
    made = pd.concat([ordered[[*SERIES, *TOTALS]].astype(dict.fromkeys(TOTALS, float)), pd.DataFrame(past)], axis=1)
    made["origin"] = ordered["week"]
    made["age_weeks"] = (series.cumcount() + 1).clip(upper=AGE_WEEKS).astype(float)
    made["weeks_sold"] = (made[list(HISTORY)] > 0).sum(axis=1).astype(float)
    made["price_0"] = ordered["price"].astype(float)
    usual = series["price"].transform(lambda prices: prices.rolling(MIN_AGE_WEEKS, min_periods=1).mean())
    made["price_change"] = made["price_0"] / usual.astype(float) - 1
    made["reason"] = _reason(made)
    return made


def examples(weeks: pd.DataFrame, offers: pd.DataFrame, since: date | None = None) -> pd.DataFrame:
    """One row per forecast series, origin (from the day `since` on, if given) and step: `COLUMNS`.

    Args:
        weeks: as `origins` takes them.
        offers: of the same products: `stock_code`, `announced_on`, `starts_on`, `ends_on`, `discount`. One counts
            from the week in which it was announced.
    """
    if weeks.empty:
        return pd.DataFrame(columns=list(COLUMNS))
    from_here = origins(weeks)
    if since is not None:
        from_here = from_here[from_here["origin"] >= since]
    forecast = from_here[from_here["reason"] == FORECAST]
    if forecast.empty:
        return pd.DataFrame(columns=list(COLUMNS))
    return pd.concat(list(_steps(forecast, offers)), ignore_index=True)[list(COLUMNS)]


def left_out(weeks: pd.DataFrame) -> pd.DataFrame:
    """One row per origin and reason: `origin`, `reason`, and the number of `series` of `weeks` with that reason."""
    if weeks.empty:
        return pd.DataFrame(columns=["origin", "reason", "series"])
    counted = origins(weeks).groupby(["origin", "reason"], as_index=False).size()
    return counted.rename(columns={"size": "series"})


def weeks_to_christmas(week: date) -> int:
    """Whole weeks from `week` (a Monday) to the week of the next 25 December; 0 in that week."""
    christmas = next(day for day in (date(week.year, 12, 25), date(week.year + 1, 12, 25)) if day >= week)
    return (christmas - week).days // 7


def _steps(known: pd.DataFrame, offers: pd.DataFrame) -> Iterator[pd.DataFrame]:
    for step in STEPS:
        ahead = known.assign(step=step, target_week=[origin + step * _WEEK for origin in known["origin"]])
        name = ahead["stock_code"] + "|" + ahead["country"] + "|" + str(step)
        yield ahead.assign(
            series_step=name,
            example_id=name + "|" + ahead["origin"].astype(str),
            week_of_year=[float(week.isocalendar().week) for week in ahead["target_week"]],
            weeks_to_christmas=[float(weeks_to_christmas(week)) for week in ahead["target_week"]],
            discount=_discounts(ahead, offers),
        )


def _discounts(ahead: pd.DataFrame, offers: pd.DataFrame) -> list[float]:
    """The largest discount, announced by the end of the origin's week, for a day of the target week; or 0."""
    by_product = dict(list(offers.groupby("stock_code")))
    asked = zip(ahead["stock_code"], ahead["origin"], ahead["target_week"], strict=True)
    return [_discount(by_product.get(product), origin, target) for product, origin, target in asked]


def _discount(offers: pd.DataFrame | None, origin: date, target: date) -> float:
    if offers is None:
        return 0.0
    known = offers["announced_on"] < origin + _WEEK
    running = (offers["starts_on"] < target + _WEEK) & (offers["ends_on"] >= target)
    return float(offers.loc[known & running, "discount"].max()) if (known & running).any() else 0.0


def _reason(made: pd.DataFrame) -> "np.ndarray[tuple[int], np.dtype[np.object_]]":
    recent = made[list(HISTORY[:DEAD_AFTER_WEEKS])]
    chosen = np.select(
        [made["age_weeks"] < MIN_AGE_WEEKS, ~(recent > 0).any(axis=1), made["weeks_sold"] < MIN_WEEKS_SOLD],
        [YOUNG, DEAD, SELDOM],
        FORECAST,
    )
    return chosen.astype(object)

"""Times with a zone: dates keep the day that is written, other times are read as UTC, where no hour occurs twice."""

from datetime import UTC, tzinfo
from typing import Any

import pandas as pd

_OFFSET = r"(?<=:\d\d)(?:\.\d+)? ?(?:Z|[+-]\d\d(?::?\d\d)?)$"
_MIDNIGHT = r"\d[T ]00:00(?::00)?(?:\.0+)?$"


def naive(given: "pd.Series[Any]") -> "pd.Series[Any]":
    """Times of `given`, texts or timestamps, without their zone; NaT for a text that is no time.

    If all are midnights where they were written, they are dates: a day of 23 hours is one. Otherwise they are UTC.
    """
    if _is_time(given):
        found: pd.Series[Any] = given.dt.tz_localize(None) if _are_dates(given) else given.dt.tz_convert(None)
        return found
    if not _has_offset(given):
        return pd.to_datetime(given, errors="coerce", format="ISO8601")
    if _are_dates(given):
        return pd.to_datetime(_without_offset(given), errors="coerce", format="ISO8601")
    return pd.to_datetime(given, errors="coerce", format="ISO8601", utc=True).dt.tz_localize(None)


def written(given: "pd.Series[Any]") -> tzinfo | None:
    """The zone in which to write times that follow `given`: its own, UTC for texts with an offset, None for dates."""
    if _is_time(given):
        return None if _are_dates(given) else given.dt.tz
    return UTC if not pd.api.types.is_numeric_dtype(given) and _has_offset(given) and not _are_dates(given) else None


def _is_time(given: "pd.Series[Any]") -> bool:
    return pd.api.types.is_datetime64_any_dtype(given)


def _has_offset(given: "pd.Series[Any]") -> bool:
    return bool(given.dropna().astype(str).str.contains(_OFFSET).any())


def _are_dates(given: "pd.Series[Any]") -> bool:
    """Whether every time is a midnight where it was written, or has no zone."""
    if not _is_time(given):
        return bool(_without_offset(given.dropna()).str.contains(_MIDNIGHT).all())
    here = given.dropna().dt.tz_localize(None)
    return given.dt.tz is None or bool((here == here.dt.normalize()).all())


def _without_offset(given: "pd.Series[Any]") -> "pd.Series[Any]":
    return given.astype(str).str.replace(_OFFSET, "", regex=True)

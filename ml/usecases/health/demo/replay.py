"""Delivers the study's patients as daily files. The study has no dates: patients come in its order."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pandas as pd

from ml.declarations import Feed
from ml.usecases.health.declaration import USE_CASE

FIRST_DAY, LAST_DAY = date(2024, 1, 2), date(2025, 3, 27)
# Tuesday and Thursday.
_CLINIC_DAYS = (1, 3)
# In the study the visits are a year apart. A story of 15 months needs four weeks to have outcomes to learn from.
FOLLOW_UP_DAYS = 28

_PATIENT = "patient_id"
_VISITS, _FOLLOW_UPS = USE_CASE.feeds
_NEEDED = dict.fromkeys((*_VISITS.raw_columns, *_FOLLOW_UPS.raw_columns))


class StudyError(ValueError):
    """A file that is not in the raw format."""


def study() -> pd.DataFrame:
    """The 442 patients that scikit-learn ships, one row each, numbered from 1; age and sex are whole numbers."""
    from sklearn.datasets import load_diabetes  # noqa: PLC0415 - takes a second

    frame: pd.DataFrame = load_diabetes(as_frame=True, scaled=False).frame
    frame = frame.astype({"age": int, "sex": int})
    frame.insert(0, _PATIENT, range(1, len(frame) + 1))
    return frame


def read(path: Path) -> pd.DataFrame:
    """A raw file with every value as text.

    Raises StudyError if it is not a CSV file, lacks a column, or has fewer patients than clinic days.
    """
    try:
        raw = pd.read_csv(path, dtype=str, keep_default_na=False)
    except (OSError, ValueError) as error:
        raise StudyError(f"{path} is not a readable CSV file: {error}") from error
    missing = [name for name in _NEEDED if name not in raw.columns]
    if missing:
        raise StudyError(f"columns {missing} are missing; the raw format has {', '.join(_NEEDED)}")
    days = len(clinic_days())
    if len(raw) < days:
        raise StudyError(f"{path} has {len(raw)} patients; {days} clinic days need as many, or more")
    return raw


def clinic_days() -> list[date]:
    """The days of first visits."""
    days = (FIRST_DAY + timedelta(days=after) for after in range((LAST_DAY - FIRST_DAY).days + 1))
    return [day for day in days if day.weekday() in _CLINIC_DAYS]


def replay(raw: pd.DataFrame, folder: Path) -> list[Path]:
    """Write `visits/<YYYY-MM-DD>.csv` (without outcome) and, four weeks later, `follow_ups/<YYYY-MM-DD>.csv`.

    Patients are spread evenly over the clinic days in the order of the rows; equal input gives equal bytes.
    """
    return list(_files(raw, folder))


def _files(raw: pd.DataFrame, folder: Path) -> Iterator[Path]:
    days = clinic_days()
    for number, day in enumerate(days):
        came = raw.iloc[len(raw) * number // len(days) : len(raw) * (number + 1) // len(days)]
        if came.empty:
            continue
        yield _write(came, _VISITS, folder, day)
        yield _write(came, _FOLLOW_UPS, folder, day + timedelta(days=FOLLOW_UP_DAYS))


def _write(came: pd.DataFrame, feed: Feed, folder: Path, day: date) -> Path:
    path = folder / feed.name / f"{day:%Y-%m-%d}.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    came[list(feed.raw_columns)].to_csv(path, index=False, lineterminator="\n", encoding="utf-8")
    return path

"""Splits raw records into delivered files: one per day and feed, named by the day's last hour."""

from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from ml.usecases.energy.demo.generate import COLUMNS, FEEDS


def read(path: Path) -> pd.DataFrame:
    """A raw file with every value as text. Raises ValueError if it is not CSV or lacks a column."""
    try:
        raw = pd.read_csv(path, dtype=str, keep_default_na=False)
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"{path} cannot be read: {error}") from error
    missing = [name for name in COLUMNS if name not in raw.columns]
    if missing:
        raise ValueError(f"columns {missing} are missing; the raw format has {', '.join(COLUMNS)}")
    strange = sorted(set(raw["feed"]) - set(FEEDS))
    if strange:
        raise ValueError(f"column feed has {strange}; records are of {', '.join(FEEDS)}")
    return raw


def replay(raw: pd.DataFrame, folder: Path) -> list[Path]:
    """Write `<feed>/<YYYY-MM-DD>T23.csv` from each day's records; equal input gives equal bytes."""
    return list(_files(raw, folder))


def _files(raw: pd.DataFrame, folder: Path) -> Iterator[Path]:
    for feed, names in FEEDS.items():
        (folder / feed).mkdir(parents=True, exist_ok=True)
        for day, records in raw[raw["feed"] == feed].groupby("delivered"):
            path = folder / feed / f"{day}T23.csv"
            records[list(names)].to_csv(path, index=False, lineterminator="\n", encoding="utf-8")
            yield path

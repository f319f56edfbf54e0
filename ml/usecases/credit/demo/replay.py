"""Splits a raw credit file into monthly landing files. The file has no dates: months follow the order of IDs."""

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import pairwise
from pathlib import Path

import pandas as pd

from ml.ingest.formats.csv_text import rows
from ml.usecases.credit.declaration import USE_CASE as CREDIT
from ml.usecases.credit.demo.movements import INFLOW, MONTHS_BEFORE, OVERDRAWN, has_movements

_APPLICATIONS, _LABELS, _MOVEMENTS = CREDIT.feeds
_ID = _APPLICATIONS.silver.column(CREDIT.models[0].feature_table.key).raw_name
_LABEL = _LABELS.silver.column(CREDIT.models[0].outcome.label).raw_name


class ReplayError(ValueError):
    """The raw file cannot be split into months as requested."""


def replay(source: pd.DataFrame | Path, directory: Path, first_month: str = "2023-01", months: int = 30) -> list[Path]:
    """Write `applications/<YYYY-MM>.csv` (without label) and, a month later, `labels/<YYYY-MM>.csv` (ID, label).

    A source with account movements (`INFLOW_1`: the month before the application) also gives
    `movements/<YYYY-MM>.csv`, each row in the file of its own month. Values are copied unchanged, including dirty ones,
    which ingest has to judge. Equal input gives equal bytes.

    Args:
        source: a frame in the raw format, or a CSV file of it.
        directory: where the two folders are made.
        first_month: month of the lowest IDs, `YYYY-MM`.
        months: the number of months, of (nearly) equal size.

    Returns:
        The written files: applications, labels, movements, each in order of months.

    Raises:
        ReplayError: for a missing column, an ID that is not a number, or more months than rows.
    """
    start = _first_day(first_month)
    raw = source if isinstance(source, pd.DataFrame) else read(source)
    _require_usable(raw, months)
    ordered = raw.iloc[pd.to_numeric(raw[_ID]).argsort(kind="stable")]
    applications = list(_APPLICATIONS.raw_columns)
    bounds = [len(ordered) * month // months for month in range(months + 1)]
    parts = [ordered.iloc[low:high] for low, high in pairwise(bounds)]
    return [
        *(
            _write(part[applications], directory / _APPLICATIONS.name, _month(start, at))
            for at, part in enumerate(parts)
        ),
        *(
            _write(part[[_ID, _LABEL]], directory / _LABELS.name, _month(start, at + 1))
            for at, part in enumerate(parts)
        ),
        *(_movements(parts, directory / _MOVEMENTS.name, start) if has_movements(raw) else ()),
    ]


def _movements(parts: Sequence[pd.DataFrame], folder: Path, start: date) -> Iterator[Path]:
    """One file per month: the movements of that month of every client who applied one to three months later."""
    names = list(_MOVEMENTS.raw_columns)
    for month in range(-max(MONTHS_BEFORE), len(parts) - 1):
        found = [
            parts[month + before][[_ID, inflow, overdrawn]].set_axis(names, axis=1)
            for before, inflow, overdrawn in zip(MONTHS_BEFORE, INFLOW, OVERDRAWN, strict=True)
            if 0 <= month + before < len(parts)
        ]
        yield _write(pd.concat(found), folder, _month(start, month))


def first_row_of(month: int, rows: int, months: int = 30) -> int:
    """Position (in ID order, from 0) of the first row that `replay` puts into month number `month` (from 0)."""
    return rows * month // months


def _first_day(month: str) -> date:
    try:
        return date.fromisoformat(f"{month}-01")
    except ValueError:
        raise ReplayError(f"first_month {month!r} is not a month; write it as YYYY-MM, for example 2023-01") from None


def read(path: Path) -> pd.DataFrame:
    """A raw file with every value as text, read as strictly as ingest reads the split files.

    Raises ReplayError for unreadable CSV, and for a record with more or fewer fields than the header.
    """
    try:
        with path.open("rb") as file:
            header, *records = rows(file)
    except (OSError, ValueError) as error:
        raise ReplayError(f"{path} is not a readable UTF-8 CSV file: {error}") from error
    repeated = sorted({name for name in header if header.count(name) > 1})
    if repeated:
        raise ReplayError(f"{path} names columns {repeated} twice; name each column once")
    for number, fields in enumerate(records, start=1):
        if len(fields) != len(header):
            raise ReplayError(
                f"{path}: row {number} has {len(fields)} fields, the header has {len(header)}; correct the row"
            )
    return pd.DataFrame(records, columns=header, dtype=str)


def _require_usable(raw: pd.DataFrame, months: int) -> None:
    needed = [*_APPLICATIONS.raw_columns, _LABEL]
    missing = [name for name in needed if name not in raw.columns]
    if missing:
        raise ReplayError(f"columns {missing} are missing; the raw format has {', '.join(needed)}")
    if not 1 <= months <= len(raw):
        raise ReplayError(f"months={months} for {len(raw)} rows; allowed are 1..{len(raw)}: a month needs a row")
    unordered = pd.to_numeric(raw[_ID], errors="coerce").isna().to_numpy()
    if unordered.any():
        row = int(unordered.argmax())
        raise ReplayError(
            f"{_ID} {raw[_ID].iloc[row]!r} in row {row + 1} is no number; months follow the order of {_ID}: correct it"
        )


def _month(start: date, months_later: int) -> str:
    index = start.year * 12 + start.month - 1 + months_later
    return f"{index // 12:04d}-{index % 12 + 1:02d}"


def _write(part: pd.DataFrame, folder: Path, month: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"{month}.csv"
    fresh = folder / f".{month}.csv.new"
    part.to_csv(fresh, index=False, lineterminator="\n", encoding="utf-8")
    fresh.replace(target)  # a reader sees the whole file or none
    return target

"""Delivers invoices as daily files. Generated and real ones have the same format; only generated ones have offers."""

from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from ml.ingest.formats.csv_text import rows
from ml.usecases.demand.demo.generate import OFFER_COLUMNS, SALES_COLUMNS

_DAY_CHARACTERS = len("2011-12-09")
# Number of wrong lines in a file that is corrected later.
_IN_PENCE = 5


class InvoicesError(ValueError):
    """Files that are not in the raw format."""


def read(path: Path) -> pd.DataFrame:
    """Every line of a daily file, or of a folder of daily files in order of their names, as text.

    Raises InvoicesError for unreadable CSV, or columns that differ from the raw format.
    """
    files = sorted(path.glob("*.csv")) if path.is_dir() else [path]
    if not files:
        raise InvoicesError(f"{path} has no *.csv files: name the folder of daily files, or one of them")
    return pd.concat([_read(file) for file in files], ignore_index=True)


def replay(raw: pd.DataFrame, folder: Path) -> list[Path]:
    """Write `sales/<YYYY-MM-DD>.csv`, and `offers/<YYYY-MM-DD>.csv` on days with announcements.

    A line's day comes from its `InvoiceDate`; a line without a valid date goes with the line before it. Order is kept,
    and equal input gives equal bytes.
    """
    offered = raw["StartsOn"] != "" if "StartsOn" in raw.columns else pd.Series(False, index=raw.index)
    return [
        *_files(raw[~offered], SALES_COLUMNS, folder / "sales"),
        *_files(raw[offered], ("StockCode", *OFFER_COLUMNS), folder / "offers"),
    ]


def in_pence(right: Path, wrong: Path) -> None:
    """Write the file with the prices of its first lines in pence, like a misconfigured till."""
    frame = _read(right)
    first = frame.index[:_IN_PENCE]
    pence = pd.to_numeric(frame.loc[first, "UnitPrice"], errors="coerce") * 100
    frame.loc[first, "UnitPrice"] = pence.map("{:.2f}".format)
    frame.to_csv(wrong, index=False, lineterminator="\n", encoding="utf-8")


def _files(rows_: pd.DataFrame, columns: tuple[str, ...], folder: Path) -> Iterator[Path]:
    if rows_.empty:
        return
    folder.mkdir(parents=True, exist_ok=True)
    days = rows_["InvoiceDate"].str.slice(stop=_DAY_CHARACTERS)
    known = days.where(days.str.fullmatch(r"\d{4}-\d{2}-\d{2}")).ffill().bfill()
    for day, of_day in rows_.groupby(known):
        target = folder / f"{day}.csv"
        of_day[list(columns)].to_csv(target, index=False, lineterminator="\n", encoding="utf-8")
        yield target


def _read(file: Path) -> pd.DataFrame:
    try:
        with file.open("rb") as opened:
            header, *lines = rows(opened)
        frame = pd.DataFrame(lines, columns=header, dtype=str)
    except (OSError, ValueError) as error:
        raise InvoicesError(f"{file} is not a readable CSV file: {error}") from error
    missing = [name for name in SALES_COLUMNS if name not in frame.columns]
    if missing:
        raise InvoicesError(f"{file} lacks columns {missing}; the raw format has {', '.join(SALES_COLUMNS)}")
    return frame

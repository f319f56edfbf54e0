"""Findings about a table that cannot be used: collected, and then reported together."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ml.problems.forecasting.errors import ForecastError
from ml.problems.forecasting.zones import naive

Floats = npt.NDArray[np.float64]
_SHOWN, _MOST = 5, 20
# Squares of larger numbers, and their sums, may overflow.
_LARGEST = 1e100
# Whole numbers that are not counts of steps, but days or months written without dashes; and how to write them.
_MONTH = r"(?:19|20)\d\d(?:0[1-9]|1[0-2])"
_DATES = {_MONTH: "write 2024-01", _MONTH + r"(?:0[1-9]|[12]\d|3[01])": "write 2024-01-31"}


def report(found: list[str], wrong: "pd.Series[bool]", what: str, change: str) -> None:
    """Add a finding for the rows that are `wrong`, if there are any."""
    if wrong.any():
        found.append(f"{rows(wrong.reset_index(drop=True))}: {what}: {change}")


def rows(wrong: "pd.Series[bool]") -> str:
    """The row numbers, counted from 1 below the header."""
    numbers = [int(index) + 1 for index in wrong.index[wrong.to_numpy(bool)]]
    more = f" and {len(numbers) - _SHOWN:,} more" if len(numbers) > _SHOWN else ""
    return f"row{'s' if len(numbers) > 1 else ''} {', '.join(map(str, numbers[:_SHOWN]))}{more}"


def refuse(found: Sequence[str]) -> None:
    """Raises ForecastError if there are findings; many of one kind are truncated and counted."""
    if found:
        more = [f"… and {len(found) - _MOST:,} findings more"] if len(found) > _MOST else []
        raise ForecastError(
            "\n".join(["this data cannot be forecast:", *(f"- {line}" for line in found[:_MOST]), *more])
        )


def times(given: "pd.Series[Any]", name: str, found: list[str]) -> Any:
    """Whole numbers or timestamps; anything else is reported."""
    if pd.api.types.is_numeric_dtype(given):
        wrong = given.isna() | (given % 1 != 0)
        report(found, wrong, f"{name!r} is not a whole number", "count steps 1, 2, 3 …, or give dates")
        whole = given[~wrong].astype(np.int64).astype(str)
        for pattern, change in _DATES.items():
            if len(whole) and whole.str.fullmatch(pattern).all():
                report(found, ~wrong, f"{name!r} counts no steps, as {whole.iloc[0]}", change)
        return given.where(~wrong, 0).astype(np.int64).to_numpy()
    read = naive(given)
    report(found, read.isna(), f"{name!r} is not a time", "write times as 2024-01-31 or 2024-01-31 13:00:00")
    return read.to_numpy()


def numbers(given: "pd.Series[Any]", name: str, found: list[str], change: str) -> Floats:
    """Numbers, NaN for an empty cell; text, infinity and numbers that are too large are reported."""
    read = pd.to_numeric(given, errors="coerce")
    wrong = read.isna() & given.notna()
    examples = list(dict.fromkeys(given[wrong].astype(str)))[:3]
    report(found, wrong, f"{name!r} is text ({', '.join(map(repr, examples))})", change)
    values = read.to_numpy(float, na_value=np.nan)
    report(found, pd.Series(np.isinf(values)), f"{name!r} is infinite", change)
    large = pd.Series(np.isfinite(values) & (np.abs(values) > _LARGEST))
    report(found, large, f"{name!r} is beyond {_LARGEST:.0e}", "give it in a larger unit")
    return values

"""How delivered files are written: their format, and how values are spelled in it. Pure."""

import codecs
from dataclasses import dataclass, field
from enum import StrEnum

from ml.declarations.errors import require

_BLANKS = (" ", "\u00a0", "\u202f", "\t")


class PeriodFrom(StrEnum):
    """What says the period in which a row became known."""

    FILE_NAME = "file_name"
    COLUMN = "column"


@dataclass(frozen=True, kw_only=True)
class Spelling:
    """How text says a number, a date, a time, or nothing.

    `dates` and `timestamps` are Spark's patterns (`dd.MM.yyyy`). A value that two of them read differently is refused.
    `nulls` are texts that mean no value, beside the empty one. `thousands` marks groups of three digits, or is empty;
    a blank there stands for every kind of blank.
    """

    decimal: str = "."
    thousands: str = ""
    dates: tuple[str, ...] = ("yyyy-MM-dd",)
    timestamps: tuple[str, ...] = ()
    nulls: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        marks = {"decimal": self.decimal, "thousands": self.thousands}
        require(
            "spelling",
            [
                *(_mark_problem(name, mark) for name, mark in marks.items()),
                None if self.decimal else "decimal is empty: use '.' or ','",
                f"both marks are {self.decimal!r}: choose two" if self.decimal == self.thousands else None,
                None if self.dates else "dates is empty: name at least one pattern, such as yyyy-MM-dd",
            ],
        )

    @property
    def thousands_marks(self) -> tuple[str, ...]:
        """Every character that may stand between groups of three digits."""
        return _BLANKS if self.thousands.isspace() else tuple(self.thousands)


@dataclass(frozen=True, kw_only=True)
class Csv:
    """Text with a header and one record per line; a quoted field may span lines (RFC 4180). May be gzip-compressed."""

    delimiter: str = ","
    quote: str = '"'
    encoding: str = "utf-8"

    def __post_init__(self) -> None:
        single = {"delimiter": self.delimiter, "quote": self.quote}
        require(
            "format Csv",
            [
                *(None if len(text) == 1 else f"{name} {text!r} is not one character" for name, text in single.items()),
                f"delimiter and quote are both {self.quote!r}: choose two" if self.delimiter == self.quote else None,
                _encoding_problem(self.encoding),
            ],
        )

    @property
    def endings(self) -> tuple[str, ...]:
        """How names of such files end."""
        return (".csv", ".csv.gz")


@dataclass(frozen=True, kw_only=True)
class JsonLines:
    """UTF-8 text, one JSON object per line, its names the raw columns; a name left out is null. May be compressed."""

    @property
    def endings(self) -> tuple[str, ...]:
        """How names of such files end."""
        return (".jsonl", ".jsonl.gz")


@dataclass(frozen=True, kw_only=True)
class Parquet:
    """Parquet with exactly the raw columns, in any order. Values are kept as text, dates and times in ISO 8601."""

    @property
    def endings(self) -> tuple[str, ...]:
        """How names of such files end."""
        return (".parquet",)


FileFormat = Csv | JsonLines | Parquet


@dataclass(frozen=True, kw_only=True)
class Source:
    """What a feed's files are: their format, how values are spelled, and what says a row's period."""

    format: FileFormat = field(default_factory=Csv)
    spelling: Spelling = field(default_factory=Spelling)
    period_from: PeriodFrom = PeriodFrom.FILE_NAME


def _mark_problem(name: str, mark: str) -> str | None:
    if len(mark) <= 1 and not mark.isalnum() and mark not in ("+", "-"):
        return None
    return f"{name} {mark!r} is not one character other than a letter, a digit or a sign"


def _encoding_problem(encoding: str) -> str | None:
    try:
        codecs.lookup(encoding)
    except LookupError:
        return f"encoding {encoding!r} is unknown to Python: use a name such as utf-8, cp1252 or utf-16"
    return None

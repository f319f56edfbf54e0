"""Formats of delivered files, and the spelling of values in them. Pure."""

import codecs
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import ClassVar

from ml.declarations.errors import require

# A record travels through one cell of a table: more than this, with a third more as base64, strains every worker.
_MOST_CONTENT_BYTES = 64 << 20
_ENDING = re.compile(r"\.[a-z0-9]+(\.[a-z0-9]+)*")
_BLANKS = (" ", "\u00a0", "\u202f", "\t")


class PeriodFrom(StrEnum):
    """The source of the period in which a row became known."""

    FILE_NAME = "file_name"
    COLUMN = "column"


@dataclass(frozen=True, kw_only=True)
class Spelling:
    """How numbers, dates, times and missing values are written.

    `dates` and `timestamps` are Spark's patterns (`dd.MM.yyyy`). A value that two patterns read differently is refused.
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


@dataclass(frozen=True, kw_only=True)
class Binary:
    """Files that are one record each: a scan, a photo, a recording. Their raw columns are those of `COLUMNS`.

    `content` holds the bytes (in bronze as base64) of a file of at most `content_up_to_bytes`; of a larger one it is
    null, and `path` is the reference. `endings` are those of the files' names, such as `.pdf`. A file that is empty,
    cannot be read, or does not begin as its ending says goes to quarantine.
    """

    COLUMNS: ClassVar[tuple[str, ...]] = ("path", "size_bytes", "sha256", "modified_at", "content")

    endings: tuple[str, ...]
    content_up_to_bytes: int = 1 << 20

    def __post_init__(self) -> None:
        limit = self.content_up_to_bytes
        require(
            "format Binary",
            [
                None if self.endings else "endings is empty: name at least one, such as '.pdf'",
                *(
                    f"ending {ending!r} is not a dot, then small letters or digits, such as '.pdf'"
                    for ending in self.endings
                    if not _ENDING.fullmatch(ending)
                ),
                None
                if 0 <= limit <= _MOST_CONTENT_BYTES
                else f"content_up_to_bytes is {limit}: give 0 to {_MOST_CONTENT_BYTES}; larger files are references",
            ],
        )


FileFormat = Csv | JsonLines | Parquet | Binary


class Discovery(StrEnum):
    """How new files are found. LISTING reads the whole folder. AUTO_LOADER uses Databricks' Auto Loader, which
    pays off from about ten thousand files on; elsewhere the folder is listed.
    """

    LISTING = "listing"
    AUTO_LOADER = "auto_loader"


@dataclass(frozen=True, kw_only=True)
class Source:
    """A feed's files: their format, the spelling of values, the source of a row's period, how new files are found."""

    format: FileFormat = field(default_factory=Csv)
    spelling: Spelling = field(default_factory=Spelling)
    period_from: PeriodFrom = PeriodFrom.FILE_NAME
    discovery: Discovery = Discovery.LISTING

    def __post_init__(self) -> None:
        named = isinstance(self.format, Binary) and self.period_from is PeriodFrom.FILE_NAME
        require(
            "source",
            [
                "a binary file's name says no period: set period_from=PeriodFrom.COLUMN and read it from 'modified_at'"
                if named
                else None
            ],
        )

    def columns_problem(self, raw_columns: Sequence[str]) -> str | None:
        """Why files of this source cannot bring `raw_columns`, or None."""
        if not isinstance(self.format, Binary):
            return None
        strange = [name for name in raw_columns if name not in Binary.COLUMNS]
        return f"binary files bring no {strange}; they bring {list(Binary.COLUMNS)}" if strange else None


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

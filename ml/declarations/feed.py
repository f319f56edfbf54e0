"""Raw feeds: files in the landing volume, or data from another source."""

import json
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from hashlib import sha256

from ml.declarations.errors import require
from ml.declarations.expectations import Expectation, wrong
from ml.declarations.formats import PeriodFrom, Source
from ml.declarations.sources import OtherTable, Topic
from ml.declarations.table import Column, Table

FeedSource = Source | OtherTable | Topic

_PERIOD_TYPES = ("date", "timestamp")


class OnRepeat(StrEnum):
    """What happens to a record whose key was received before; the replaced or refused one goes to quarantine.

    `keep_first`: the first stays, whatever arrives later. `keep_newest`: the newest wins, so a correction counts; one
    that says the same changes nothing. `refuse`: as `keep_first`, and a record that says something else fails the task
    once everything is written.
    """

    KEEP_FIRST = "keep_first"
    KEEP_NEWEST = "keep_newest"
    REFUSE = "refuse"


@dataclass(frozen=True, kw_only=True)
class Feed:
    """Records from `source`: as a rule CSV files under `<landing volume>/<name>/`, named by period, `<YYYY-MM>.csv`.

    Ingest keeps every raw column as text in the bronze table `<name>` (with `_source_file`,
    `_source_sha256`, `_row_number`, `_loaded_at`), then types, checks and deduplicates into `silver`.
    A row's period is when it became known. It is in the file's name, and silver carries the day on which it begins as
    the date column `period_column`; or `source.period_from` says that the records bring that column themselves.
    Rejected rows go to `<silver name>_quarantine`. `on_repeat` says which of several records with one key is silver's.
    Of files whose records name themselves by nothing, `row_column` is the bigint column of silver that holds a record's
    position in its file, from 1: with the period it is a key. A file that comes again then replaces record by record.
    """

    name: str
    silver: Table
    period_column: str
    on_repeat: OnRepeat = OnRepeat.KEEP_FIRST
    source: FeedSource = field(default_factory=Source)
    row_column: str | None = None
    # What a delivery is expected to be; that an expectation is added judges no earlier delivery's records anew.
    expects: tuple[Expectation, ...] = ()

    def __post_init__(self) -> None:
        columns = [column.name for column in self.silver.columns]
        kinds = [column.type for column in self.silver.columns if column.name == self.period_column]
        require(
            f"feed {self.name!r}",
            [
                None
                if kinds
                else f"period_column {self.period_column!r} is not a column of {self.silver.name!r}: {columns}",
                *(
                    f"period_column {self.period_column!r} is of type {kind}: declare it as date or timestamp"
                    for kind in kinds
                    if kind not in _PERIOD_TYPES
                ),
                self.source.columns_problem(self.raw_columns) if kinds else None,
                self._row_problem(),
                *wrong(self.expects, self.silver),
            ],
        )

    @property
    def files(self) -> Source:
        """The source, of a feed that arrives as files. Raises TypeError for another one."""
        if not isinstance(self.source, Source):
            raise TypeError(f"feed {self.name!r} is no folder of files but {self.source}")
        return self.source

    @property
    def received(self) -> tuple[Column, ...]:
        """The silver columns that records contain: all except those from the file's name and the record's position."""
        named = self.period_column if self.source.period_from is PeriodFrom.FILE_NAME else None
        return tuple(column for column in self.silver.columns if column.name not in (named, self.row_column))

    @property
    def raw_columns(self) -> tuple[str, ...]:
        """Headers that every file must have. A file without one of them is refused."""
        return tuple(column.raw_name for column in self.received)

    @property
    def fingerprint(self) -> str:
        """Changes with everything that decides a record's verdict, but not with comments or owners."""
        columns = [
            (c.name, c.type, c.raw_name, c.nullable, c.minimum, c.maximum, list(c.allowed)) for c in self.silver.columns
        ]
        read = [self.period_column, self.source.period_from, asdict(self.source.spelling)]
        decides = [self.name, self.silver.name, self.silver.keys, self.on_repeat, columns, read]
        decides += [self.row_column] if self.row_column else []
        return sha256(json.dumps(decides).encode()).hexdigest()

    def _row_problem(self) -> str | None:
        """Why `row_column` cannot hold the position of a record in its file, or None."""
        if self.row_column is None:
            return None
        kinds = [column.type for column in self.silver.columns if column.name == self.row_column]
        if not isinstance(self.source, Source):
            return f"row_column is {self.row_column!r}, and {self.source} has no files: leave it out"
        return None if kinds == ["bigint"] else f"row_column {self.row_column!r} is no bigint column: declare it as one"

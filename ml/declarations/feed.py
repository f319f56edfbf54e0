"""Raw feeds: what arrives, as files in the landing volume or from another source."""

import json
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from hashlib import sha256

from ml.declarations.errors import require
from ml.declarations.formats import PeriodFrom, Source
from ml.declarations.sources import OtherTable, Topic
from ml.declarations.table import Column, Table

FeedSource = Source | OtherTable | Topic

_PERIOD_TYPES = ("date", "timestamp")


class OnRepeat(StrEnum):
    """What becomes of a record whose key was received before; the one that does not stay is kept in quarantine.

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
    """

    name: str
    silver: Table
    period_column: str
    on_repeat: OnRepeat = OnRepeat.KEEP_FIRST
    source: FeedSource = field(default_factory=Source)

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
        """The silver columns that records bring: all, or all but the one that the file's name says."""
        if self.source.period_from is PeriodFrom.COLUMN:
            return self.silver.columns
        return tuple(column for column in self.silver.columns if column.name != self.period_column)

    @property
    def raw_columns(self) -> tuple[str, ...]:
        """Headers that every file must carry. A file without one of them is refused whole."""
        return tuple(column.raw_name for column in self.received)

    @property
    def fingerprint(self) -> str:
        """Changes with all that decides a record's verdict, and with nothing else: comments and owners do not count."""
        columns = [
            (c.name, c.type, c.raw_name, c.nullable, c.minimum, c.maximum, list(c.allowed)) for c in self.silver.columns
        ]
        read = [self.period_column, self.source.period_from, asdict(self.source.spelling)]
        decides = [self.name, self.silver.name, self.silver.keys, self.on_repeat, columns, read]
        return sha256(json.dumps(decides).encode()).hexdigest()

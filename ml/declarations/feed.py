"""Raw feeds: files that arrive in the landing volume."""

import json
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256

from ml.declarations.errors import require
from ml.declarations.table import Table


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
    """CSV files under `<landing volume>/<name>/`, one per period, named `<YYYY-MM>.csv`.

    Ingest keeps every raw column as text in the bronze table `<name>` (with `_source_file`,
    `_source_sha256`, `_row_number`, `_loaded_at`), then types, checks and deduplicates into `silver`.
    The period in a file's name is the month in which its rows became known; silver carries it as the
    date column `period_column` (the month's first day). Rejected rows go to `<silver name>_quarantine`.
    `on_repeat` says which of several records with one key is silver's.
    """

    name: str
    silver: Table
    period_column: str
    on_repeat: OnRepeat = OnRepeat.KEEP_FIRST

    def __post_init__(self) -> None:
        columns = [column.name for column in self.silver.columns]
        require(
            f"feed {self.name!r}",
            [
                None
                if self.period_column in columns
                else f"period_column {self.period_column!r} is not a column of {self.silver.name!r}: {columns}"
            ],
        )

    @property
    def raw_columns(self) -> tuple[str, ...]:
        """Headers that every file must carry. A file without one of them is refused whole."""
        return tuple(c.raw_name for c in self.silver.columns if c.name != self.period_column)

    @property
    def fingerprint(self) -> str:
        """Changes with all that decides a record's verdict, and with nothing else: comments and owners do not count."""
        columns = [
            (c.name, c.type, c.raw_name, c.nullable, c.minimum, c.maximum, list(c.allowed)) for c in self.silver.columns
        ]
        decides = [self.name, self.silver.name, self.silver.keys, self.period_column, self.on_repeat, columns]
        return sha256(json.dumps(decides).encode()).hexdigest()

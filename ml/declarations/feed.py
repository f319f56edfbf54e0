"""Raw feeds: files that arrive in the landing volume."""

from dataclasses import dataclass

from ml.declarations.errors import require
from ml.declarations.table import Table


@dataclass(frozen=True, kw_only=True)
class Feed:
    """CSV files under `<landing volume>/<name>/`, one per period, named `<YYYY-MM>.csv`.

    Ingest keeps every raw column as text in the bronze table `<name>` (with `_source_file`,
    `_source_sha256`, `_row_number`, `_loaded_at`), then types, checks and deduplicates into `silver`.
    The period in a file's name is the month in which its rows became known; silver carries it as the
    date column `period_column` (the month's first day). Rejected rows go to `<silver name>_quarantine`.
    """

    name: str
    silver: Table
    period_column: str

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

"""Tables and their columns."""

import re
from dataclasses import dataclass
from enum import StrEnum

from ml.declarations.errors import require

_IDENTIFIER = re.compile(r"_?[a-z][a-z0-9_]*")
_TYPES = ("string", "int", "bigint", "double", "boolean", "date", "timestamp", "binary")


class Layer(StrEnum):
    """The medallion layers. A use case owns one schema per layer, named `<usecase>_<layer>`."""

    BRONZE = "bronze"
    SILVER = "silver"
    GOLD = "gold"
    FEATURES = "features"
    OPS = "ops"


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column: its Spark SQL type and what a valid value is. A `binary` is received as base64 text.

    `source` is the raw header it is read from, where it is not the column's own name. A value that is
    null though `nullable` is false, outside `minimum`..`maximum`, or not in `allowed` sends its row to
    quarantine. `sensitive` columns read as null without a right to them.
    """

    name: str
    type: str
    comment: str
    source: str | None = None
    unit: str | None = None
    nullable: bool = False
    minimum: float | None = None
    maximum: float | None = None
    allowed: tuple[int | str, ...] = ()
    sensitive: bool = False

    def __post_init__(self) -> None:
        low, high = self.minimum, self.maximum
        require(
            f"column {self.name!r}",
            [
                None if _IDENTIFIER.fullmatch(self.name) else f"name {self.name!r} is not snake_case: rename it",
                None if self.type in _TYPES else f"type {self.type!r} is not one of {', '.join(_TYPES)}",
                None
                if low is None or high is None or low <= high
                else f"minimum {low} exceeds maximum {high}: swap them",
            ],
        )

    @property
    def raw_name(self) -> str:
        """The header under which this column arrives."""
        return self.source or self.name


@dataclass(frozen=True, kw_only=True)
class Table:
    """A Delta table: grain and primary key, columns, owner. `keys` names one row."""

    name: str
    layer: Layer
    columns: tuple[Column, ...]
    keys: tuple[str, ...]
    owner: str
    comment: str

    def __post_init__(self) -> None:
        names = [column.name for column in self.columns]
        doubles = sorted({name for name in names if names.count(name) > 1})
        missing = [key for key in self.keys if key not in names]
        require(
            f"table {self.name!r}",
            [
                None if _IDENTIFIER.fullmatch(self.name) else f"name {self.name!r} is not snake_case: rename it",
                f"columns {doubles} are declared twice: remove one" if doubles else None,
                f"keys {missing} are not among the columns {names}" if missing else None,
                None if self.columns else "it has no columns: declare at least one",
            ],
        )

    def schema_name(self, use_case: str) -> str:
        """`<usecase>_<layer>`, for example `credit_gold`."""
        return f"{use_case}_{self.layer}"

    def full_name(self, catalog: str, use_case: str) -> str:
        """`catalog.schema.table`, the only spelling of a table outside the table door."""
        return f"{catalog}.{self.schema_name(use_case)}.{self.name}"

    def column(self, name: str) -> Column:
        """The column called `name`. Raises KeyError where there is none."""
        return {column.name: column for column in self.columns}[name]

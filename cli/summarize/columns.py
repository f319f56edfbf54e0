"""Columns of a table, by what can be said of their values. Pure."""

import re
from dataclasses import dataclass
from enum import StrEnum

_WHOLE = {"TINYINT", "SMALLINT", "INT", "BIGINT"}
_NUMBERS = {*_WHOLE, "FLOAT", "DOUBLE", "DECIMAL"}
_TIMES = {"DATE", "TIMESTAMP", "TIMESTAMP_NTZ"}
_TEXTS = {"STRING", "VARCHAR", "CHAR", "BOOLEAN"}


class Kind(StrEnum):
    """What a column's values are. Of nested, binary and other values only the nulls are counted."""

    NUMBER = "number"
    TIME = "time"
    TEXT = "text"
    OTHER = "other"


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column of a table; `type` as the warehouse says it, in upper case."""

    name: str
    type: str

    @property
    def base(self) -> str:
        """The type without its parts: `DECIMAL` of `DECIMAL(10,2)`."""
        return re.split(r"[(< ]", self.type, maxsplit=1)[0]

    @property
    def is_whole(self) -> bool:
        """Whether its values are whole numbers."""
        return self.base in _WHOLE

    @property
    def kind(self) -> Kind:
        """What can be said of its values."""
        if self.base in _NUMBERS:
            return Kind.NUMBER
        if self.base in _TIMES:
            return Kind.TIME
        return Kind.TEXT if self.base in _TEXTS else Kind.OTHER


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What the first pass says of a column. `distinct`, and `quartiles` of many values, are approximate.

    Of numbers, all but `nulls` and `distinct` is of the finite ones: `nan` and `infinite` are counted beside them.
    `low` and `high` are the ends of the picture: of a time, days or microseconds since 1970.
    """

    rows: int
    nulls: int
    distinct: int | None = None
    nan: int = 0
    infinite: int = 0
    mean: float | None = None
    deviation: float | None = None
    low: float | None = None
    high: float | None = None
    minimum: str | None = None
    maximum: str | None = None
    quartiles: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Summary:
    """A column, what is said of it, and what its picture shows.

    `bins`: how many values lie in each, from `low` to `high`. `frequent`: the most frequent values, most first.
    """

    column: Column
    facts: Facts
    bins: tuple[int, ...] = ()
    frequent: tuple[tuple[str, int], ...] = ()

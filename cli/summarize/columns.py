"""Columns of a table, by the facts that their type allows. Pure."""

import re
from dataclasses import dataclass
from enum import StrEnum

_WHOLE = {"TINYINT", "SMALLINT", "INT", "BIGINT"}
_NUMBERS = {*_WHOLE, "FLOAT", "DOUBLE", "DECIMAL"}
_TIMES = {"DATE", "TIMESTAMP", "TIMESTAMP_NTZ"}
_TEXTS = {"STRING", "VARCHAR", "CHAR", "BOOLEAN"}


class Kind(StrEnum):
    """The kind of a column's values. For nested, binary and other values only the nulls are counted."""

    NUMBER = "number"
    TIME = "time"
    TEXT = "text"
    OTHER = "other"


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column of a table; `type` as the warehouse spells it, in upper case."""

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
        """The kind of its values."""
        if self.base in _NUMBERS:
            return Kind.NUMBER
        if self.base in _TIMES:
            return Kind.TIME
        return Kind.TEXT if self.base in _TEXTS else Kind.OTHER


@dataclass(frozen=True, kw_only=True)
class Facts:
    """The first pass's results for a column. `distinct`, and `quartiles` of many values, are approximate.

    For numbers, everything except `nulls` and `distinct` covers finite values only: `nan` and `infinite` are counted
    separately. `low` and `high` are the ends of the chart: for a time, days or microseconds since 1970.
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
    """A column, its facts, and the data of its chart.

    `bins`: the number of values in each, from `low` to `high`. `frequent`: the most frequent values, descending.
    """

    column: Column
    facts: Facts
    bins: tuple[int, ...] = ()
    frequent: tuple[tuple[str, int], ...] = ()

"""Tables that are computed from other tables: by a SQL query, or by a Python function."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ml.declarations.errors import require
from ml.declarations.table import Layer, Table

_FUNCTION = re.compile(r"ml(\.[a-z_][a-z0-9_]*)+:[a-z_][a-z0-9_]*")
# A table by its full name or its path, which would be read without being declared.
_FULL_NAME = re.compile(r"\b(?:from|join)\s+((?:[`\w-]+\.){2}[`\w-]+|\w+\.`[^`]*/[^`]*`)", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Input:
    """A table that a derived one reads, under its own name; of another use case where `use_case` names it.

    Attributes:
        since: of a derived table with a `since` of its own, the column of dates of this input.
        ahead_days: a derived row may depend on rows of this input dated up to this many days after its own date.
        behind_days: how many days before its own date a query reads; a function decides that itself.
    """

    table: Table
    use_case: str | None = None
    since: str | None = None
    ahead_days: int = 0
    behind_days: int = 0


@dataclass(frozen=True, kw_only=True)
class Derived:
    """A silver or gold table that the features task computes before any feature.

    Attributes:
        inputs: what it reads, which is its lineage. A query names a table by its own name.
        sql: a SELECT over the inputs, with the columns of `table`.
        function: `ml.usecases.<name>.<module>:<function>` in place of a query; it takes the inputs as frames by their
            names, and returns a frame with the columns of `table`. With `since` it takes the day too, from which on
            rows are asked for (None: all); how far back it reads for those, it knows itself.
        since: the table's column of dates, by which it is computed in part: a row follows from rows of its inputs up to
            its own date (and `ahead_days` more), so rows before the first that changed stay as they are. A query then
            sees no row of an input that is more than `behind_days` older. None: the table is computed whole.
    """

    table: Table
    inputs: tuple[Input, ...]
    sql: str | None = None
    function: str | None = None
    since: str | None = None

    def __post_init__(self) -> None:
        names = [each.table.name for each in self.inputs]
        layer, function = self.table.layer, self.function
        require(
            f"derived table {self.table.name!r}",
            [
                None if layer in (Layer.SILVER, Layer.GOLD) else f"its layer is {layer}: derive into silver or gold",
                None if (self.sql is None) != (function is None) else "give sql or function, one of them",
                *_wrong_dates(self),
                *(
                    f"its query reads {found}: declare that table as an input, and name it by its own name"
                    for found in _FULL_NAME.findall(self.sql or "")
                ),
                None if self.inputs else "it reads nothing: name at least one input",
                None if len(names) == len(set(names)) else f"inputs {names} repeat a name: rename a table",
                None
                if function is None or _FUNCTION.fullmatch(function)
                else f"function {function!r} is not spelled ml.usecases.<name>.<module>:<function>",
            ],
        )


def _wrong_dates(derived: Derived) -> Iterator[str]:
    """Date columns that are missing or may be null, and inputs without one."""
    dated: list[tuple[Table, str | None]] = [(each.table, each.since) for each in derived.inputs]
    if derived.since is None:
        given = [table.name for table, since in dated if since is not None]
        if given:
            yield f"inputs {given} name a column of dates, and the table has no `since`: give it one, or leave them out"
        return
    for table, since in [(derived.table, derived.since), *dated]:
        # A row without a date is neither before nor after the first that changed, so it would never be computed anew.
        dates = [column.name for column in table.columns if column.type == "date" and not column.nullable]
        if since not in dates:
            yield f"since of {table.name!r} is {since!r}: name one of its columns of dates that are never null, {dates}"
    wrong = [each.table.name for each in derived.inputs if min(each.ahead_days, each.behind_days) < 0]
    if wrong:
        yield f"ahead_days or behind_days of {wrong} is negative: give 0 or more"

"""Tables that are computed from other tables: by a SQL query, or by a Python function."""

import re
from dataclasses import dataclass

from ml.declarations.errors import require
from ml.declarations.table import Layer, Table

_FUNCTION = re.compile(r"ml(\.[a-z_][a-z0-9_]*)+:[a-z_][a-z0-9_]*")
# A table by its full name or its path, which would be read without being declared.
_FULL_NAME = re.compile(r"\b(?:from|join)\s+((?:[`\w-]+\.){2}[`\w-]+|\w+\.`[^`]*/[^`]*`)", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Input:
    """A table that a derived one reads, under its own name; of another use case where `use_case` names it."""

    table: Table
    use_case: str | None = None


@dataclass(frozen=True, kw_only=True)
class Derived:
    """A silver or gold table that the features task computes before any feature.

    Attributes:
        inputs: what it reads, which is its lineage. A query names a table by its own name.
        sql: a SELECT over the inputs, with the columns of `table`.
        function: `ml.usecases.<name>.<module>:<function>` in place of a query; it takes the inputs as frames by their
            names and returns a frame with the columns of `table`.
    """

    table: Table
    inputs: tuple[Input, ...]
    sql: str | None = None
    function: str | None = None

    def __post_init__(self) -> None:
        names = [each.table.name for each in self.inputs]
        layer, function = self.table.layer, self.function
        require(
            f"derived table {self.table.name!r}",
            [
                None if layer in (Layer.SILVER, Layer.GOLD) else f"its layer is {layer}: derive into silver or gold",
                None if (self.sql is None) != (function is None) else "give sql or function, one of them",
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

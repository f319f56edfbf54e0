"""The score in question. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from cli.errors import CommandError
from ml.declarations import Column, FeatureTable, Model

# SQL type and text of a statement parameter.
Parameter = tuple[str, str]
_TIME = "asked_time"
# A value of each type of column that is checked.
_EXAMPLES = {"int": "7", "bigint": "7", "double": "0.5", "date": "2025-01-31", "timestamp": "2025-01-31T08:00:00"}


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A row of a feature table: its key by column, and the time up to which events count (None: the newest)."""

    model: Model
    key: Mapping[str, str]
    time: str | None

    @property
    def table(self) -> FeatureTable:
        """The table of its features."""
        return self.model.feature_table

    @property
    def said(self) -> str:
        """`client_id 5, up to 2025-01-01`."""
        named = ", ".join(f"{name} {value}" for name, value in self.key.items())
        return f"{named}, up to {self.time}" if self.time else named

    @property
    def is_it(self) -> str:
        """The SQL condition that selects rows of the key."""
        return " and ".join(f"`{name}` = :{name}" for name in self.key)

    @property
    def up_to(self) -> str:
        """The SQL condition on the event time; always true if any time counts."""
        return f"`{self.table.event_time}` <= :{_TIME}" if self.time else "true"

    def parameters(self) -> dict[str, Parameter]:
        """The parameters of both conditions."""
        columns = [(self.table.source.column(name), value) for name, value in self.key.items()]
        found = {column.name: (column.type.upper(), value) for column, value in columns}
        if self.time:
            found[_TIME] = (self.table.source.column(self.table.event_time).type.upper(), self.time)
        return found


def asked(model: Model, keys: Sequence[str], time: str | None) -> Asked:
    """The row that `--key` and `--time` name. Raises CommandError that lists each missing column of the key."""
    table = model.feature_table
    split = [text.partition("=") for text in keys]
    # The name of a single key column may be left out, and its value may contain an equals sign.
    if len(table.keys) == 1 and len(keys) == 1 and split[0][0] != table.key:
        split = [(table.key, "=", keys[0])]
    given = {name: value for name, _, value in split}
    if len(given) < len(keys) or set(given) != set(table.keys) or not all(given.values()):
        wanted = " ".join(f"--key {name}=…" for name in table.keys)
        raise CommandError(f"--key is {', '.join(keys)}: identify a row of {table.name} by {wanted}, each once", 2)
    for name, value in given.items():
        _require(f"--key {name}", value, table.source.column(name))
    if time is not None:
        _require("--time", time, table.source.column(table.event_time))
    return Asked(model=model, key={name: given[name] for name in table.keys}, time=time)


def _require(flag: str, value: str, column: Column) -> None:
    """Raise CommandError for a value that `column` cannot have."""
    try:
        match column.type:
            case "int" | "bigint":
                int(value)
            case "double":
                float(value)
            case "date":
                date.fromisoformat(value)
            case "timestamp":
                datetime.fromisoformat(value)
    except ValueError as error:
        said = f"{flag} is {value!r}, and {column.name} is {column.type}: write it like {_EXAMPLES[column.type]}"
        raise CommandError(said, 2) from error

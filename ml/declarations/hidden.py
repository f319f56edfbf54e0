"""Columns that readers without the right to sensitive values do not see, in every table that contains them.

Unity Catalog hides them by policies (`infra/stacks/masks.py`) that call functions which the task `masks` makes.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from ml.declarations.feed import Feed
from ml.declarations.outcomes import Outcome
from ml.declarations.table import Column, Layer, Table
from ml.declarations.usecase import UseCase

# Of a record whose number of fields is not the header's nobody knows which field is the sensitive one: its whole
# row is hidden. `_fields` is null in the rows of all other records.
RECORD = "record"
_FIELDS = "_fields"
_QUARANTINE = "_quarantine"
_UNMASKED = "_unmasked"


@dataclass(frozen=True, kw_only=True, order=True)
class Hidden:
    """A column, and `how` it is hidden: its Spark SQL type if values become null, `record` if its row is removed."""

    layer: Layer
    table: str
    column: str
    how: str


def hidden_columns(use_case: UseCase) -> tuple[Hidden, ...]:
    """Every column to hide, of the tables that jobs write in bronze, silver and gold; sorted, each once."""
    found = [hidden for feed in use_case.feeds for hidden in _of_feed(feed)]
    computed = use_case.computed_tables
    found += [hidden for table in computed for hidden in _of(table.layer, table.name, table.columns)]
    found += [hidden for model in use_case.labelled for hidden in _of_outcome(model.outcome)]
    return tuple(sorted(set(found)))


def unmasked(table: Table, name: str | None = None) -> Table:
    """The table with the same rows and without the sensitive columns: it needs no mask, so nothing filters its readers.

    It is called `name`, or `<table>_unmasked`. Raises DeclarationError for a table whose key is sensitive: without it
    there are no rows to tell apart.
    """
    return replace(
        table,
        name=name or f"{table.name}{_UNMASKED}",
        columns=tuple(column for column in table.columns if not column.sensitive),
        comment=f"{table.name} without its sensitive columns. {table.comment}",
    )


def hiding_function(how: str) -> str:
    """Name of the function (in the ops schema) that hides in this way."""
    return "record_in_place" if how == RECORD else f"hide_{how}"


def _of(layer: Layer, table: str, columns: Iterable[Column]) -> Iterator[Hidden]:
    for column in columns:
        if column.sensitive:
            yield Hidden(layer=layer, table=table, column=column.name, how=column.type)


def _of_outcome(outcome: Outcome) -> Iterator[Hidden]:
    """Of the outcome table and of its quarantine, which holds the rows as they were read."""
    table = outcome.table
    yield from _of(table.layer, table.name, table.columns)
    yield from _of(table.layer, f"{table.name}{_QUARANTINE}", outcome.source.columns)


def _of_feed(feed: Feed) -> Iterator[Hidden]:
    """In silver with their types; in bronze and quarantine as text, like all that is received."""
    silver: Table = feed.silver
    yield from _of(silver.layer, silver.name, silver.columns)
    received = [column.name for column in silver.columns if column.sensitive]
    for layer, table in ((Layer.BRONZE, feed.name), (silver.layer, f"{silver.name}{_QUARANTINE}")):
        for name in received:
            yield Hidden(layer=layer, table=table, column=name, how="string")
        if received:
            yield Hidden(layer=layer, table=table, column=_FIELDS, how=RECORD)

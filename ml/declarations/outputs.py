"""The output columns of all models of a use case, in one table of predictions."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from ml.declarations.model import Model
from ml.declarations.table import Column


def columns(models: Sequence[Model]) -> tuple[Column, ...]:
    """The union of the models' output columns, each once; one that not every model answers may be null.

    A column of several models has the bounds, the values and the unit that all of them declare.
    """
    by_name: dict[str, list[Column]] = {}
    for model in models:
        for column in model.problem.output:
            by_name.setdefault(column.name, []).append(column)
    return tuple(_merged(found, everywhere=len(found) == len(models)) for found in by_name.values())


def _merged(found: Sequence[Column], *, everywhere: bool) -> Column:
    first = found[0]
    bounds = {(column.minimum, column.maximum, column.allowed) for column in found}
    units = {column.unit for column in found}
    comments = dict.fromkeys(column.comment for column in found)
    return replace(
        first,
        comment=" ".join(comments),
        unit=first.unit if len(units) == 1 else None,
        minimum=first.minimum if len(bounds) == 1 else None,
        maximum=first.maximum if len(bounds) == 1 else None,
        allowed=first.allowed if len(bounds) == 1 else (),
        nullable=not everywhere,
    )


def rows(model: Model) -> tuple[Column, ...]:
    """The key and the event time of the rows that `model` scores."""
    table = model.feature_table
    return tuple(table.source.column(name) for name in (*table.keys, table.event_time))


def clashes(models: Sequence[Model]) -> Iterator[str]:
    """Columns that two of `models` declare with different types."""
    types: dict[str, tuple[str, Model]] = {}
    for model in models:
        for column in model.problem.output:
            kind, other = types.setdefault(column.name, (column.type, model))
            if kind != column.type:
                yield (
                    f"model {model.name!r} answers {column.name!r} as {column.type}, and {other.name!r} as {kind}: "
                    "predictions are one table, so move one of them to a use case of its own"
                )

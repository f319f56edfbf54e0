"""Every table that a use case declares, column by column."""

from collections.abc import Iterator, Mapping

from cli.reference.markdown import table
from ml.declarations import Column, Table, UseCase

_COLUMNS = ("column", "type", "unit", "meaning", "valid")


def page(use_cases: Mapping[str, UseCase]) -> str:
    """One section per use case. The records of stages, common to all use cases, are in docs/concepts/jobs.md."""
    return "\n".join(["# Tables\n", *(part for name, each in use_cases.items() for part in _use_case(name, each))])


def declared(use_case: UseCase) -> tuple[Table, ...]:
    """Its tables from silver to gold, each once."""
    silver = [feed.silver for feed in use_case.feeds]
    derived = [each.table for each in use_case.derived]
    features = [each.table for each in use_case.feature_tables]
    outcomes = [model.outcome.table for model in use_case.labelled]
    found = {each.name: each for each in (*silver, *derived, *features, *outcomes)}
    return tuple(found.values())


def _use_case(name: str, use_case: UseCase) -> Iterator[str]:
    yield f"## {name}\n\n{use_case.comment}\n"
    for each in declared(use_case):
        yield f"### {each.schema_name(name)}.{each.name}\n"
        yield f"{each.comment} One row per {', '.join(f'`{key}`' for key in each.keys)}. Owner: {each.owner}.\n"
        yield table(_COLUMNS, map(_row, each.columns))


def _row(column: Column) -> tuple[str, str, str, str, str]:
    limits = [
        "may be null" if column.nullable else "",
        "" if column.minimum is None else f"at least {column.minimum:g}",
        "" if column.maximum is None else f"at most {column.maximum:g}",
        f"one of {', '.join(map(str, column.allowed))}" if column.allowed else "",
        "sensitive" if column.sensitive else "",
    ]
    return f"`{column.name}`", column.type, column.unit or "", column.comment, ", ".join(filter(None, limits))

"""Feature tables and features as rows: content, owner and users. Pure; from the declarations."""

from collections.abc import Iterator, Sequence

from cli.errors import CommandError
from cli.output import Row
from ml.declarations import Dimension, Feature, FeatureTable, Model, Table, UseCase


def table_rows(case: UseCase, cases: Sequence[UseCase]) -> list[Row]:
    """One row per feature table of `case`, in build order."""
    return [
        {
            "use_case": case.name,
            "table": table.name,
            "row per": ", ".join(table.table.keys),
            "features": len(table.features),
            "owner": table.owner,
            "built from": ", ".join(_origin(case, each) for each in (table.source, *(o.table for o in table.reads))),
            "used by": ", ".join(sorted(_users(case, table, cases))),
            "endpoint": ", ".join(model.serving.endpoint for model in _taking(case, table) if model.serving),
            "meaning": table.comment,
        }
        for table in case.feature_tables
    ]


def feature_rows(case: UseCase, table: FeatureTable, cases: Sequence[UseCase]) -> list[Row]:
    """One row per feature of `table`."""
    return [
        {
            "feature": feature.name,
            "type": feature.type,
            "unit": feature.unit or "",
            "over": over(feature),
            "expression": feature.expression,
            "owner": table.owner,
            "models": ", ".join(sorted(_models(case, table, feature, cases))),
            "endpoint": ", ".join(
                model.serving.endpoint
                for model in _taking(case, table)
                if model.serving and feature.name in model.features
            ),
            "may be null": feature.null_meaning or "",
            "meaning": feature.comment,
        }
        for feature in table.features
    ]


def over(feature: Feature) -> str:
    """The window that a feature is computed over, in words."""
    if feature.dimension is not None:
        return f"{feature.dimension.table.name}, as it was then"
    if feature.window is None:
        return "the row"
    window = feature.window
    skipped = f", {window.past.skip} skipped" if window.past.skip else ""
    optional = ", optional" if feature.optional else ""
    return (
        f"{window.aggregate} of {window.history.table.name}, {window.past.periods} period(s) before{skipped}{optional}"
    )


def _origin(case: UseCase, table: Table) -> str:
    """The source table; for a derived table also its own source."""
    inputs = [given.table.name for each in case.derived if each.table == table for given in each.inputs]
    return f"{table.name} (of {', '.join(inputs)})" if inputs else table.name


def _users(case: UseCase, table: FeatureTable, cases: Sequence[UseCase]) -> Iterator[str]:
    """Models that read the table: the use case's own, and those of tables that join it."""
    yield from (f"{case.name}.{model.name}" for model in _taking(case, table))
    for other in cases:
        for reader in other.feature_tables:
            if any(_is(each, case, table, other) for each in reader.dimensions):
                yield from [f"{other.name}.{model.name}" for model in _taking(other, reader)] or [reader.name]


def _models(case: UseCase, table: FeatureTable, feature: Feature, cases: Sequence[UseCase]) -> Iterator[str]:
    """Models that use the feature, or one derived from it."""
    yield from (f"{case.name}.{model.name}" for model in _taking(case, table) if feature.name in model.features)
    for other in cases:
        for model in other.models:
            if any(
                each.dimension and each.expression == feature.name and _is(each.dimension, case, table, other)
                for each in model.feature_table.features
                if each.name in model.features
            ):
                yield f"{other.name}.{model.name}"


def _taking(case: UseCase, table: FeatureTable) -> Sequence[Model]:
    """The models of `case` whose features come from `table`."""
    return [model for model in case.models if model.feature_table == table]


def _is(dimension: Dimension, case: UseCase, table: FeatureTable, reader: UseCase) -> bool:
    return dimension.table == table.table and (dimension.use_case or reader.name) == case.name


def find(name: str, cases: list[UseCase]) -> tuple[UseCase, FeatureTable]:
    """The feature table called `name`, or the one of a use case's models, or of the model USECASE/MODEL.

    Raises CommandError that lists all tables if there is none, or if the models of a use case use several.
    """
    every = [(case, table) for case in cases for table in case.feature_tables]
    found = [(case, table) for case, table in every if name in (table.name, *_of(case, table))]
    if len(found) == 1:
        return found[0]
    known = ", ".join(table.name for _, table in every)
    raise CommandError(f"{name!r} is {'more than one' if found else 'no'} feature table: choose from {known}", 2)


def _of(case: UseCase, table: FeatureTable) -> list[str]:
    """The names of the users: the table's own use case, and models of others as USECASE/MODEL."""
    taking = [f"{case.name}/{model.name}" for model in case.models if model.feature_table == table]
    return [case.name, *taking] if taking else []

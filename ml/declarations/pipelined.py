"""The declarative pipelines of a use case: the datasets from bronze on, in order, with expectations, and for each model
the figures of its periods.

The same declarations make the jobs' tables. Values only: `infra` writes the pipeline's source from them, and
`ml.pipelines` has the frames that the source asks for.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from ml.declarations.expectations import Complete, Range
from ml.declarations.features import FeatureTable
from ml.declarations.feed import Feed
from ml.declarations.histories import COUNTS
from ml.declarations.model import Model
from ml.declarations.table import Column
from ml.declarations.usecase import UseCase

ACCEPTED = "_accepted"
QUARANTINE = "_quarantine"


class Made(StrEnum):
    """How a dataset is computed: the method of `ml.pipelines` (`Datasets`, or `Measures`) that returns its rows."""

    ACCEPTED = "accepted"
    SILVER = "silver"
    QUARANTINE = "quarantine"
    DERIVED = "derived"
    FEATURES = "features"
    OUTCOMES = "outcomes"
    UNUSABLE_OUTCOMES = "unusable_outcomes"
    MEASURES = "measures"


@dataclass(frozen=True, kw_only=True)
class Dataset:
    """A view or a table of a pipeline: `of` names what is declared, by which `made` finds it.

    Expectations are SQL conditions by name, never null: `counts` are counted, rows without one of `keeps` are dropped,
    and a row without one of `requires` fails the update.
    """

    name: str
    made: Made
    of: str
    comment: str
    counts: Mapping[str, str] = field(default_factory=dict)
    keeps: Mapping[str, str] = field(default_factory=dict)
    requires: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_view(self) -> bool:
        """Whether it is computed for its readers only and not stored."""
        return self.made is Made.ACCEPTED


def pipeline_schema(use_case: str) -> str:
    """`<usecase>_pipeline`, the schema of the pipeline's tables: layers' names apart, their names are the jobs'."""
    return f"{use_case}_pipeline"


def datasets(use_case: UseCase) -> tuple[Dataset, ...]:
    """Every dataset of the pipeline, each after its inputs."""
    return (
        *(dataset for feed in use_case.feeds for dataset in _of_feed(feed)),
        *(
            Dataset(name=each.table.name, made=Made.DERIVED, of=each.table.name, comment=each.table.comment)
            for each in use_case.derived
        ),
        *(_of_features(table) for table in use_case.feature_tables),
        *(dataset for model in use_case.labelled for dataset in _of_outcome(model.name, model.outcome.table.name)),
    )


def monitored(model: Model) -> tuple[Dataset, ...]:
    """The datasets of a model's monitoring pipeline."""
    return (
        Dataset(
            name=f"{model.name}_measures",
            made=Made.MEASURES,
            of=model.name,
            comment=f"One row per period, version of {model.name} that scored it, metric and column: the figure.",
            counts={"known": "value IS NOT NULL"},
        ),
    )


def _of_feed(feed: Feed) -> Iterator[Dataset]:
    silver = feed.silver.name
    columns = {column.name: accepts(column) for column in feed.silver.columns}
    yield Dataset(
        name=f"{silver}{ACCEPTED}",
        made=Made.ACCEPTED,
        of=feed.name,
        comment=f"One row per record of feed {feed.name} that {silver} takes.",
        counts={name: condition for name, condition in columns.items() if condition},
        keeps={"accepted": "_reason IS NULL"},
    )
    expected = {each.name: condition for each in feed.expects if (condition := _row_condition(each))}
    yield Dataset(name=silver, made=Made.SILVER, of=feed.name, comment=feed.silver.comment, counts=expected)
    yield Dataset(
        name=f"{silver}{QUARANTINE}",
        made=Made.QUARANTINE,
        of=feed.name,
        comment=f"One row per record of feed {feed.name} that {silver} rejects, with the reason.",
    )


def _of_features(table: FeatureTable) -> Dataset:
    return Dataset(
        name=table.name,
        made=Made.FEATURES,
        of=table.name,
        comment=table.table.comment,
        requires={
            feature.name: condition
            for feature in table.features
            if (condition := _usable(feature.name, feature.type, nullable=feature.null_meaning is not None))
        },
    )


def _of_outcome(model: str, table: str) -> Iterator[Dataset]:
    yield Dataset(name=table, made=Made.OUTCOMES, of=model, comment="One row per outcome with its event.")
    yield Dataset(
        name=f"{table}{QUARANTINE}",
        made=Made.UNUSABLE_OUTCOMES,
        of=model,
        comment="One row per outcome that cannot be used, with the reason.",
    )


def accepts(column: Column) -> str:
    """The SQL condition for a valid value of the column; empty if every value of its type is valid."""
    name = f"`{column.name}`"
    bounds = [
        None if column.minimum is None else f"{name} >= {_number(column.minimum)}",
        None if column.maximum is None else f"{name} <= {_number(column.maximum)}",
        f"{name} IN ({', '.join(map(_literal, column.allowed))})" if column.allowed else None,
    ]
    return _or_null(name, [each for each in bounds if each], nullable=column.nullable)


def _row_condition(expected: object) -> str:
    """An expectation of single rows, in SQL; empty for one of a whole delivery, which the jobs judge."""
    if isinstance(expected, Complete):
        return f"`{expected.column}` IS NOT NULL"
    if isinstance(expected, Range):
        bounds = Column(
            name=expected.column,
            type="double",
            comment="",
            nullable=True,
            minimum=expected.minimum,
            maximum=expected.maximum,
        )
        return accepts(bounds)
    return ""


def _usable(name: str, kind: str, *, nullable: bool) -> str:
    """The condition for a usable feature: in Spark NaN is larger than every number, including infinity."""
    finite = [f"abs(`{name}`) < double('infinity')"] if kind == "double" else []
    return _or_null(f"`{name}`", finite, nullable=nullable)


def _or_null(name: str, conditions: list[str], *, nullable: bool) -> str:
    if not nullable:
        return " AND ".join([f"{name} IS NOT NULL", *conditions])
    return f"{name} IS NULL OR ({' AND '.join(conditions)})" if conditions else ""


def _number(value: float) -> str:
    return str(int(value)) if float(value).is_integer() else repr(float(value))


def _literal(value: int | str) -> str:
    escaped = str(value).replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'" if isinstance(value, str) else str(value)


def unpipelined(use_case: UseCase) -> Iterator[str]:
    """Parts of the use case that a pipeline does not support; one line each, with what to change."""
    figures = [each for model in use_case.models for each in monitored(model)]
    names = [each.name for each in (*datasets(use_case), *figures)]
    for name in dict.fromkeys(each for each in names if names.count(each) > 1):
        yield f"two of its tables are called {name!r}, and a pipeline has one schema: rename one"
    for derived in use_case.derived:
        foreign = [each.table.name for each in derived.inputs if each.use_case]
        if derived.sql and foreign:
            yield f"the query of {derived.table.name!r} reads {foreign} of another use case: give it a function"
    for table in use_case.feature_tables:
        for feature in table.features:
            other, window = feature.reads, feature.window
            if other is None or not other.optional:
                continue
            if other.use_case:
                yield f"feature {feature.name!r} reads {other.table.name!r} of another use case, which may be missing"
            if window and window.aggregate in COUNTS:
                yield f"feature {feature.name!r} counts over {other.table.name!r}, which may be empty: make it required"

"""What is derived from a table, by the declarations of all use cases: tables, features, models, endpoints. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cli.models import handle
from ml.declarations import OtherTable, Table, UseCase
from ml.records.received import bronze, outcome_quarantine, quarantine, silver


@dataclass(frozen=True, kw_only=True)
class Node:
    """Something derived from tables. `kind` is `table`, `features`, `model` or `endpoint`."""

    kind: str
    name: str


def made_of(full_name: str, cases: Sequence[UseCase]) -> list[Node]:
    """All that reads the table `catalog.schema.table` or is derived from it; each once, nearest first."""
    catalog = full_name.partition(".")[0]
    edges = [edge for case in cases for edge in _edges(case, catalog)]
    found: list[Node] = []
    asked = [full_name]
    while asked:
        name = asked.pop(0)
        for read, node in edges:
            if read == name and node not in found and node.name != full_name:
                found.append(node)
                asked.append(node.name)
    return found


def _edges(case: UseCase, catalog: str) -> Iterator[tuple[str, Node]]:
    """Pairs of a source and what is derived from it."""

    def name(table: Table, other: str | None = None) -> str:
        return table.full_name(catalog, other or case.name)

    for feed in case.feeds:
        received = Node(kind="table", name=name(bronze(feed)))
        if isinstance(feed.source, OtherTable):
            yield feed.source.full_name(catalog), received
        yield received.name, Node(kind="table", name=name(silver(feed)))
        yield received.name, Node(kind="table", name=name(quarantine(feed)))
    for derived in case.derived:
        for given in derived.inputs:
            yield name(given.table, given.use_case), Node(kind="table", name=name(derived.table))
    for features in case.feature_tables:
        made = Node(kind="features", name=name(features.table))
        yield name(features.source), made
        for other in features.reads:
            yield name(other.table, other.use_case), made
    for model in case.labelled:
        outcome, waiting = model.outcome, outcome_quarantine(model.outcome)
        for read in (name(outcome.source, outcome.use_case), name(model.feature_table.source)):
            yield read, Node(kind="table", name=name(outcome.table))
            yield read, Node(kind="table", name=name(waiting))
    yield from _of_models(case, catalog)


def _of_models(case: UseCase, catalog: str) -> Iterator[tuple[str, Node]]:
    for model in case.models:
        trained = Node(kind="model", name=handle(case, model))
        for table in (model.feature_table.table, model.outcome.table):
            yield table.full_name(catalog, case.name), trained
        if model.serving:
            yield trained.name, Node(kind="endpoint", name=model.serving.endpoint)

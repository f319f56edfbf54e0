"""One update: each dataset is computed after its inputs, with its expectations. Runs in the update's own process.

A query function says what to compute; it may change nothing of the session. A table that the pipeline does not declare
is read as its principal.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any, Protocol

from localcloud.services.pipelines.declared import Action, Dataset, DeclarationError, Declared, Query

# As in pyspark.pipelines.block_session_mutations.
_CHANGES = (
    ("conf", "RuntimeConf", ("set",)),
    ("catalog", "Catalog", ("setCurrentCatalog", "setCurrentDatabase", "dropTempView", "dropGlobalTempView")),
    (
        "dataframe",
        "DataFrame",
        ("createTempView", "createOrReplaceTempView", "createGlobalTempView", "createOrReplaceGlobalTempView"),
    ),
)
Event = dict[str, Any]


class ExpectationError(RuntimeError):
    """Rows violate an expectation that fails the update. Nothing of the dataset was written."""


class Lake(Protocol):
    """The tables, for the pipeline's principal."""

    def read(self, full_name: str) -> Any:
        """The rows of a table of another owner."""

    def keep(self, name: str, rows: Any, comment: str) -> Any:
        """Write a whole materialized view; returns its rows as written."""


class Update:
    """An update of the datasets in `declared`. `place` is their catalog and schema.

    `tell` gets an event for each dataset, in the shape of the pipeline's event log.
    """

    def __init__(self, declared: Declared, place: tuple[str, str], lake: Lake, tell: Callable[[Event], None]) -> None:
        self._declared, self._place = declared, place
        self._lake, self._tell = lake, tell
        self._made: dict[str, Any] = {}
        self._asking = False

    def run(self) -> None:
        """Compute every dataset. Raises DeclarationError for a cycle, ExpectationError, and errors of queries."""
        with self._spark_in_queries():
            for name in self._declared.datasets:
                self._make(name, ())

    def _make(self, name: str, waiting: tuple[str, ...]) -> None:
        """Compute a dataset after its inputs, for the datasets `waiting` for it."""
        if name in waiting:
            raise DeclarationError(f"datasets read each other in a circle: {' -> '.join([*waiting, name])}")
        while name not in self._made:
            try:
                self._made[name] = self._computed(self._declared.datasets[name])
            except _MissingError as missing:
                self._make(missing.name, (*waiting, name))

    def _computed(self, dataset: Dataset) -> Any:
        try:
            rows, quality = _expected(dataset, self._asked(dataset.query))
            if not dataset.is_view:
                rows = self._lake.keep(dataset.name, rows, dataset.comment)
        except _MissingError:
            raise
        except Exception as error:
            self._tell(_progress(dataset, "FAILED", "ERROR", {}, f"{type(error).__name__}: {error}"))
            raise
        written = {} if dataset.is_view else {"metrics": {"num_output_rows": rows.count()}}
        self._tell(_progress(dataset, "COMPLETED", "INFO", written | quality))
        return rows

    def _asked(self, query: Query) -> Any:
        """The query of a query function. Raises `_MissingError` for a dataset that must be computed before."""
        self._asking = True
        try:
            return query()
        finally:
            self._asking = False

    def _table(self, _: Any, name: str) -> Any:
        """A table by one, two or three names; omitted ones are the pipeline's."""
        parts = name.replace("`", "").split(".")
        full = (*self._place[: 3 - len(parts)], *parts)
        if full[:2] == self._place and full[2] in self._declared.datasets:
            return self._dataset(full[2])
        self._asking = False
        try:
            return self._lake.read(".".join(full))
        finally:
            self._asking = True

    def _dataset(self, name: str) -> Any:
        if name not in self._made:
            raise _MissingError(name)
        return self._made[name]

    def _sql(self, spark: Any, text: str, *given: Any, **named: Any) -> Any:
        """A query, which refers to the pipeline's own datasets by name."""
        for name in sorted(set(re.findall(r"\w+", text)) & set(self._declared.datasets)):
            rows = self._dataset(name)
            self._asking = False
            rows.createOrReplaceTempView(name)
            self._asking = True
        self._asking = False
        try:
            return spark.sql(text, *given, **named)
        finally:
            self._asking = True

    @contextmanager
    def _spark_in_queries(self) -> Iterator[None]:
        """Let query functions read the pipeline's tables, and refuse changes of their session."""
        from pyspark.sql.connect import readwriter, session  # noqa: PLC0415 - the template has it loaded

        changes: dict[tuple[type, str], Callable[..., Any]] = {
            (readwriter.DataFrameReader, "table"): self._table,
            (session.SparkSession, "table"): self._table,
            (session.SparkSession, "sql"): self._sql,
        }
        for module, owner, names in _CHANGES:
            kind = getattr(import_module(f"pyspark.sql.connect.{module}"), owner)
            changes |= {(kind, name): _refusal(f"{owner}.{name}") for name in names}
        before = {place: getattr(*place) for place in changes}
        for place, special in changes.items():
            setattr(*place, self._while_asking(special, before[place]))
        try:
            yield
        finally:
            for place, original in before.items():
                setattr(*place, original)

    def _while_asking(self, special: Callable[..., Any], original: Callable[..., Any]) -> Callable[..., Any]:
        def chosen(*given: Any, **named: Any) -> Any:
            return (special if self._asking else original)(*given, **named)

        return chosen


class _MissingError(LookupError):
    """A query reads a dataset that has not been computed yet."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(name)


def _refusal(name: str) -> Callable[..., None]:
    def refuse(*_: object, **__: object) -> None:
        raise DeclarationError(f"[SESSION_MUTATION_IN_DECLARATIVE_PIPELINE] {name} in the source of a pipeline")

    return refuse


def _expected(dataset: Dataset, rows: Any) -> tuple[Any, Event]:
    """The remaining rows, and how many met each expectation. Raises ExpectationError."""
    from pyspark.sql import functions as F  # noqa: N812, PLC0415

    if not dataset.expectations:
        return rows, {}
    met = {each.name: F.coalesce(F.expr(each.condition), F.lit(False)) for each in dataset.expectations}
    kept = F.lit(True)
    for each in dataset.expectations:
        kept = kept & met[each.name] if each.action is Action.DROP else kept
    counts = [F.count_if(condition) for condition in met.values()]
    total, stay, *passed = rows.agg(F.count("*"), F.count_if(kept), *counts).collect()[0]
    told = [
        {"name": each.name, "dataset": dataset.name, "passed_records": good, "failed_records": total - good}
        for each, good in zip(dataset.expectations, passed, strict=True)
    ]
    failed = [
        f"'{each.name}' in {said['failed_records']} row(s)"
        for each, said in zip(dataset.expectations, told, strict=True)
        if each.action is Action.FAIL and said["failed_records"]
    ]
    if failed:
        raise ExpectationError(f"Flow '{dataset.name}' failed to meet the expectation. Violated: {', '.join(failed)}")
    return rows.where(kept), {"data_quality": {"dropped_records": total - stay, "expectations": told}}


def _progress(dataset: Dataset, status: str, level: str, said: Event, why: str = "") -> Event:
    return {
        "event_type": "flow_progress",
        "level": level,
        "message": f"Flow '{dataset.name}' has {status}." + (f" {why}" if why else ""),
        "origin": {"flow_name": dataset.name, "dataset_name": dataset.name},
        "details": {"flow_progress": {"status": status, **said}},
    }

"""Outcomes by difference: only those of keys whose event or outcome changed."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import reduce
from hashlib import sha256

from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

from ml import runtime
from ml.declarations import Calendar, Model, Outcome, Table
from ml.features.news import RULES, News, pinned
from ml.features.outcomes import computed_rows, outcome_rows
from ml.parameters import Common
from ml.records.received import outcome_quarantine
from ml.tables import Tables, Written
from ml.tables.changes import keys


def decides(model: Model, calendar: Calendar) -> str:
    """Changes only with settings that decide an outcome's event: comments and owners do not count."""
    outcome, events = model.outcome, model.feature_table.source
    later = None if outcome.later is None else asdict(outcome.later) | {"history": [*outcome.later.history.on]}
    rest = {name: value for name, value in vars(outcome).items() if name not in ("table", "source", "later")}
    columns = [[column.name, column.type] for column in outcome.table.columns]
    named = [RULES, outcome.source.name, events.name, columns, outcome.table.keys]
    return sha256(json.dumps([*named, rest, later, asdict(calendar)]).encode()).hexdigest()


def in_part_by(outcome: Outcome) -> str | None:
    """The column by which outcomes can be computed separately; None if a change may affect all of them."""
    named = outcome.event_id or outcome.key
    return None if outcome.later or named not in names(outcome.table) else named


@dataclass(frozen=True, kw_only=True)
class Outcomes:
    """The outcome table of `model` with its quarantine, and how both are written, for `Building`."""

    tables: Tables
    task: Common
    model: Model

    def whole(self, news: News) -> Written:
        """Compute every outcome."""
        with runtime.computed_once(self._rows(self._read(news, self.source), news)) as rows:
            if not self.outcome.later:
                self.tables.replace(self._waiting, self.rejects, _parted(rows, self._waiting, usable=False))
            return self.tables.replace(self.outcome.table, self.target, _parted(rows, self.outcome.table, usable=True))

    def part(self, news: News) -> Written:
        """Compute the outcomes that the changes affect; they leave the quarantine, or return to it."""
        found = reduce(DataFrame.union, self._touched(news)).distinct()
        with runtime.computed_once(found) as touched:
            given = self._read(news, self.source).join(touched, touched.columns, "left_semi")
            with runtime.computed_once(self._rows(given, news)) as rows:
                waiting = _parted(rows, self._waiting, usable=False)
                self.tables.replace_part(self._waiting, self.rejects, waiting, touched)
                usable = _parted(rows, self.outcome.table, usable=True)
                return self.tables.replace_part(self.outcome.table, self.target, usable, touched)

    @property
    def outcome(self) -> Outcome:
        """The declared outcome."""
        return self.model.outcome

    @property
    def source(self) -> str:
        """Full name of the table that outcomes are read from."""
        return self.outcome.source.full_name(self.task.catalog, self.outcome.use_case or self.task.use_case.name)

    @property
    def events(self) -> str:
        """Full name of the table of events."""
        return self._name(self.model.feature_table.source)

    @property
    def target(self) -> str:
        """Full name of the outcome table."""
        return self._name(self.outcome.table)

    @property
    def rejects(self) -> str:
        """Full name of its quarantine."""
        return self._name(self._waiting)

    @property
    def _waiting(self) -> Table:
        return outcome_quarantine(self.outcome)

    def _name(self, table: Table) -> str:
        return table.full_name(self.task.catalog, self.task.use_case.name)

    def _read(self, news: News, full_name: str) -> DataFrame:
        return pinned(self.tables, news, full_name)

    def _rows(self, given: DataFrame, news: News) -> DataFrame:
        """Every outcome with its event, or with the reason for having none."""
        events = self._read(news, self.events)
        if self.outcome.later:
            return computed_rows(self.model, self.task.use_case.calendar, self.outcome.later, events, given)
        return outcome_rows(self.model, self.task.use_case.calendar, events, given)

    def _touched(self, news: News) -> Iterator[DataFrame]:
        by = in_part_by(self.outcome)
        assert by is not None
        for name in (self.source, self.events):
            changes = news.of(name)
            if changes is not None:
                yield keys(self.tables, changes, [by])


def _parted(rows: DataFrame, table: Table, *, usable: bool) -> DataFrame:
    reason = F.col("_reason")
    return rows.where(reason.isNull() if usable else reason.isNotNull()).select(*names(table))


def names(table: Table) -> list[str]:
    """The declared column names."""
    return [column.name for column in table.columns]

"""The alerts of a model, from its tables: decisions, people's actions and deliveries."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from pyspark.sql import functions as F  # noqa: N812

from ml.declarations.alerting import rule_about
from ml.monitoring.decide import read_decisions
from ml.monitoring.handling import Act, Handled, News, Status, Told, news_of, status_of
from ml.monitoring.open_alerts import CLOSED, Alert, alerts
from ml.parameters import Common
from ml.records.monitoring import ALERT_ACTIONS, ALERTS, DECISIONS
from ml.tables import Tables, frame_of

Row = Mapping[str, object]


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One alert: the decisions' view, its previous row (None: there was none), and a person's last action."""

    alert: Alert
    before: Row | None
    handled: Handled | None
    newest: date

    @property
    def status(self) -> Status:
        """Its status."""
        return status_of(has_ended=self.alert.status == CLOSED, handled=self.handled, newest=self.newest)


@dataclass(frozen=True, kw_only=True)
class Book:
    """All alerts of the task's model."""

    tables: Tables
    common: Common

    @property
    def _alerts(self) -> str:
        return ALERTS.full_name(self.common.catalog, self.common.use_case.name)

    def entries(self) -> list[Entry]:
        """Every alert that follows from the recorded decisions, oldest first."""
        common = self.common
        source = DECISIONS.full_name(common.catalog, common.use_case.name)
        decided = [each.decision for each in read_decisions(self.tables, source, common.model_name)]
        title = f"{common.use_case.label(common.model)} in {common.catalog}"
        wanted = alerts(decided, title, common.judging, common.use_case.alerts)
        before = {str(row["key"]): row for row in self._rows(ALERTS.name)}
        handled = last_handled(self._rows(ALERT_ACTIONS.name))
        newest = max((decision.period for decision in decided), default=date.min)
        return [
            Entry(alert=each, before=before.get(each.key), handled=handled.get(each.key), newest=newest)
            for each in wanted
        ]

    def create(self) -> None:
        """Create the tables if they do not exist."""
        self.tables.create(ALERTS, self._alerts)
        self.tables.create(ALERT_ACTIONS, self.actions)

    @property
    def actions(self) -> str:
        """Full name of the table of people's actions."""
        return ALERT_ACTIONS.full_name(self.common.catalog, self.common.use_case.name)

    def save(self, rows: Sequence[Row]) -> None:
        """Merge rows of alerts; equal ones change nothing."""
        if rows:
            self.tables.merge(ALERTS, self._alerts, frame_of(self.tables.spark, ALERTS, rows))

    def _rows(self, table: str) -> list[Row]:
        name = self._alerts if table == ALERTS.name else self.actions
        mine = self.tables.read(name).where(F.col("model") == self.common.model_name)
        return [row.asDict() for row in mine.collect()]


def last_handled(rows: Sequence[Row]) -> dict[str, Handled]:
    """The newest action of a person on each alert, from rows of `alert_actions`."""
    found = {}
    for row in sorted(rows, key=lambda row: str(row["handled_at"])):
        seen, until = row["seen_period"], row["until_period"]
        assert isinstance(seen, date)
        assert until is None or isinstance(until, date)
        found[str(row["key"])] = Handled(act=Act(str(row["action"])), by=str(row["handled_by"]), seen=seen, until=until)
    return found


def merged(entry: Entry, common: Common) -> dict[str, object]:
    """The alert's row. Keeps the record of its delivery; an alert without news stays unchanged."""
    alert, handled, before = entry.alert, entry.handled, entry.before
    said = {
        "key": alert.key,
        "model": common.model_name,
        "since_period": alert.since_period,
        "last_period": alert.last_period,
        "what": alert.what,
        "how_much": alert.how_much,
        "what_to_do": alert.what_to_do,
        "status": str(entry.status),
        "slice": alert.slice,
        "destination": alert.tell,
        "handled_by": handled.by if handled else None,
        "snoozed_until": handled.until if handled and entry.status is Status.SNOOZED else None,
    }
    if before is None:
        never = ("delivered_to", "last_error", "delivered_at", "told_period", "told_status", "news")
        return {**said, "attempts": 0, **dict.fromkeys(never), "run_id": common.run_id}
    changed = any(before[name] != value for name, value in said.items())
    return {**before, **said, "run_id": common.run_id if changed else before["run_id"]}


def news_about(entry: Entry, common: Common) -> News | None:
    """Why people are notified of the alert now; None: no notification."""
    rule = rule_about(entry.alert.subject, common.use_case.alerts)
    return news_of(
        entry.status, told_of(entry.before), entry.handled, newest=entry.newest, rule=rule, calendar=common.judging
    )


def told_of(row: Row | None) -> Told | None:
    """The newest delivery of an alert; None: it was never delivered."""
    if row is None or row["delivered_at"] is None:
        return None
    # Rows of before this was kept say when the alert was last seen.
    period, status = row["told_period"] or row["last_period"], row["told_status"] or row["status"]
    assert isinstance(period, date)
    return Told(period=period, status=Status(str(status)))

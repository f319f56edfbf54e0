"""The input of a gold table's build: the changes since its last build, or everything and the reason.

A gold table is a function of its source versions, so a build needs no plan: a killed build starts again from the last
versions, and writes what is missing.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from databricks.sdk.errors import BadRequest
from pyspark.errors import PySparkException
from pyspark.sql import DataFrame

from ml import runtime
from ml.parameters import Common
from ml.streams.checkpoint import Checkpoint, Position
from ml.tables import Tables, Written
from ml.tables.changes import Changes

# Goes up when the code of this room changes what a gold row is: then every gold table is built whole once more.
RULES = 1


@dataclass(frozen=True, kw_only=True)
class News:
    """The tables that a build `reads`, and their changes. `why`: the reason to read all; empty: the changes suffice."""

    changes: Mapping[str, Changes]
    reads: Collection[str]
    why: str = ""

    @property
    def nothing(self) -> bool:
        """Whether the gold table is up to date."""
        return not self.why and all(each.nothing for each in self.changes.values())

    def of(self, full_name: str) -> Changes | None:
        """The changes of a table; None if there are none, or the table does not exist."""
        found = self.changes.get(full_name)
        return None if found is None or found.nothing else found


@dataclass(frozen=True, kw_only=True)
class Building:
    """One gold table to update: the task, and the sources of its last build.

    `decides`: the parts of the declaration that decide a row. `versions`: of each table that it reads; None for one
    whose history this principal may not read.
    """

    tables: Tables
    task: Common
    name: str
    checkpoint: Checkpoint
    decides: str
    versions: Mapping[str, int | None]

    def bring_up(self, whole: Callable[[News], Written], part: Callable[[News], Written] | None) -> None:
        """Build what has changed, and report it. `part` is None if the table is always rebuilt completely."""
        position = self.checkpoint.position()
        news = self._news(position)
        if news.nothing:
            runtime.say(f"{self.name}: nothing new")
            return
        written, why = self._built(news, whole, part)
        how = f"full build, because {why}: " if why else ""
        changed = f"{written.inserted} rows added, {written.updated} changed, {written.deleted} removed"
        runtime.say(f"{self.name}: {how}{changed}")
        self.checkpoint.commit(position, self._seen())

    def _built(
        self, news: News, whole: Callable[[News], Written], part: Callable[[News], Written] | None
    ) -> tuple[Written, str]:
        why = news.why
        if not why and part is None:
            why = "one change may affect every row"
        if not why and part is not None:
            try:
                return part(news), ""
            except PySparkException as error:
                if not _without_changes(error):
                    raise
                why = "a source table has no change data feed"
        self._keep_changes()
        return whole(news), why

    def _news(self, position: Position) -> News:
        seen: Mapping[str, Any] = position.seen.get("versions", {})
        changes = {
            name: Changes(full_name=name, after=seen.get(name), until=until)
            for name, until in self.versions.items()
            if until is not None
        }
        return News(changes=changes, reads=tuple(self.versions), why=self._why_all(position, changes))

    def _why_all(self, position: Position, changes: Mapping[str, Changes]) -> str:
        """Why the changes do not suffice; empty if they do."""
        if "versions" not in position.seen:
            return str(position.seen.get("anew", "it was not built before"))
        if position.seen["decides"] != self.decides:
            return "its declaration has changed"
        if set(position.seen["versions"]) != set(self.versions):
            return "a source was added or removed"
        if len(changes) < len(self.versions):
            return "this principal may not read the history of a source table"
        anew = [name for name, each in changes.items() if each.whole]
        return f"{', '.join(anew)} was recreated" if anew else ""

    def _seen(self) -> Mapping[str, Any]:
        return {"decides": self.decides, "versions": dict(self.versions)}

    def _keep_changes(self) -> None:
        """Turn on the change data feed of the use case's own tables; an earlier release created some without it."""
        for name in self.versions:
            if name.startswith(_own(self.task)):
                self.tables.track_changes(name)


def pinned(tables: Tables, news: News, full_name: str) -> DataFrame:
    """A table as of the build's version; the newest version if its history is hidden."""
    changes = news.changes.get(full_name)
    return tables.read(full_name, None if changes is None else changes.until)


def newest_version(tables: Tables, task: Common, full_name: str) -> int | None:
    """The newest version of a table; None for another use case's table whose history this principal may not read."""
    try:
        return tables.version(full_name)
    except (BadRequest, PySparkException):
        if full_name.startswith(_own(task)):
            raise
        return None


def _own(task: Common) -> str:
    return f"{task.catalog}.{task.use_case.name}_"


def _without_changes(error: PySparkException) -> bool:
    """Whether the error means that a table's changes cannot be read; every other error is a failure."""
    condition = error.getCondition() or ""
    return "CHANGE_DATA" in condition or "CHANGE_TABLE_FEED" in condition

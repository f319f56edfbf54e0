"""What a gold table has to be built from: what has changed since it was built last, or everything and why.

A gold table is a function of the versions that it is built from, so a build needs no plan: one that was killed is done
again from the versions that were built last, and writes what is missing.
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
    """What a build `reads`, and what of it has changed. `why` says why all is read; empty if the changes are enough."""

    changes: Mapping[str, Changes]
    reads: Collection[str]
    why: str = ""

    @property
    def nothing(self) -> bool:
        """Whether the gold table is up to date."""
        return not self.why and all(each.nothing for each in self.changes.values())

    def of(self, full_name: str) -> Changes | None:
        """The changes of a table; None if there are none, or no such table."""
        found = self.changes.get(full_name)
        return None if found is None or found.nothing else found


@dataclass(frozen=True, kw_only=True)
class Building:
    """One gold table that is brought up to date: the task, and what it was built from last.

    `decides`: all of the declaration that decides what a row is. `versions`: of each table that it reads; None of one
    whose past this principal may not read.
    """

    tables: Tables
    task: Common
    name: str
    checkpoint: Checkpoint
    decides: str
    versions: Mapping[str, int | None]

    def bring_up(self, whole: Callable[[News], Written], part: Callable[[News], Written] | None) -> None:
        """Build what there is to build, and say what was done. `part` is None if it is always built whole."""
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
        """Why the changes are not enough; empty if they are."""
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
        """Let Delta keep the changes of the use case's own tables, of which an earlier release made some without."""
        for name in self.versions:
            if name.startswith(_own(self.task)):
                self.tables.track_changes(name)


def pinned(tables: Tables, news: News, full_name: str) -> DataFrame:
    """A table as of the version that the build is of; its newest if its past is hidden."""
    changes = news.changes.get(full_name)
    return tables.read(full_name, None if changes is None else changes.until)


def newest_version(tables: Tables, task: Common, full_name: str) -> int | None:
    """The newest version of a table; None of another use case's whose past this principal may not read."""
    try:
        return tables.version(full_name)
    except (BadRequest, PySparkException):
        if full_name.startswith(_own(task)):
            raise
        return None


def _own(task: Common) -> str:
    return f"{task.catalog}.{task.use_case.name}_"


def _without_changes(error: PySparkException) -> bool:
    """Whether it says that a table's changes cannot be read; every other error is a failure."""
    condition = error.getCondition() or ""
    return "CHANGE_DATA" in condition or "CHANGE_TABLE_FEED" in condition

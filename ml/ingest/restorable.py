"""Tables of a use case that can be restored to an earlier version, and the consequences. Pure.

Silver and gold are functions of bronze, so after a restore the stage that writes the table recomputes it completely
once: newer data is not lost, and nothing counts twice. Bronze is not derived from a table: it can only return to a
version that matches `ingest_files`. Records, including predictions, document the past and cannot be restored.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ml.declarations import OtherTable, Table, UseCase
from ml.records.received import bronze, outcome_quarantine, quarantine, silver


class RestoreRefusedError(ValueError):
    """The restore is refused and the table stays as it is. The message says why, and what to do instead."""


@dataclass(frozen=True, kw_only=True)
class Restorable:
    """A table, and the checkpoint (below the use case's checkpoints) of the stage that recomputes after a restore.

    `is_received`: it is a bronze table.
    """

    table: Table
    checkpoint: str
    is_received: bool = False

    @property
    def follows(self) -> str:
        """The action of the next ingest run."""
        if self.is_received:
            return "judges all of it again into silver and quarantine, and rebuilds the affected part of gold"
        return "recomputes it from its sources, so that newer rows are there again"


def restorable(use_case: UseCase) -> Iterator[Restorable]:
    """Every table of the use case that can be restored."""
    for feed in use_case.feeds:
        at = f"silver/{feed.name}"
        yield Restorable(table=bronze(feed), checkpoint=at, is_received=True)
        yield Restorable(table=silver(feed), checkpoint=at)
        yield Restorable(table=quarantine(feed), checkpoint=at)
    for derived in use_case.derived:
        yield Restorable(table=derived.table, checkpoint=f"gold/{derived.table.name}")
    for features in use_case.feature_tables:
        yield Restorable(table=features.table, checkpoint=f"gold/{features.name}")
    for model in use_case.labelled:
        at = f"gold/{model.outcome.table.name}"
        yield Restorable(table=model.outcome.table, checkpoint=at)
        yield Restorable(table=outcome_quarantine(model.outcome), checkpoint=at)


def found(use_case: UseCase, catalog: str, full_name: str) -> Restorable:
    """The table called `full_name`. Raises RestoreRefusedError if it is not `restorable`."""
    named = {each.table.full_name(catalog, use_case.name): each for each in restorable(use_case)}
    if full_name in named:
        return named[full_name]
    raise RestoreRefusedError(
        f"{full_name} cannot be restored: records of past runs and predictions are never changed, and a copy "
        f"follows its feature table. Tables of {use_case.name} that can be: {', '.join(sorted(named))}"
    )


def require_no_feed(use_cases: Iterable[UseCase], catalog: str, full_name: str) -> None:
    """Raise RestoreRefusedError if a feed reads the table: it would read restored rows a second time."""
    for case in use_cases:
        for feed in case.feeds:
            if isinstance(feed.source, OtherTable) and feed.source.full_name(catalog) == full_name:
                raise RestoreRefusedError(
                    f"feed {feed.name} of {case.name} reads new rows of {full_name}, and would read restored rows "
                    "a second time: write the wanted rows as new rows instead, so that the feed reads them once"
                )


def accounts_query(table: str, version: int, ledger: str, full_name: str) -> str:
    """SQL for the deliveries whose rows in bronze, as of `version`, differ from `ingest_files`: one row each.

    `table` and `ledger` are SQL identifiers, already quoted if needed.
    """
    said = (
        "SELECT source_file AS file, source_sha256 AS sha256, max(rows_in) - sum(coalesce(rows_removed, 0)) AS said"
        f" FROM {ledger} WHERE table_name = '{full_name}' GROUP BY source_file, source_sha256"
    )
    held = (
        "SELECT _source_file AS file, _source_sha256 AS sha256, count(*) AS held"
        f" FROM {table} VERSION AS OF {int(version)} GROUP BY _source_file, _source_sha256"
    )
    return (
        f"SELECT file, coalesce(said, 0) AS said, coalesce(held, 0) AS held FROM ({said}) AS accounts"
        f" FULL OUTER JOIN ({held}) AS rows_held USING (file, sha256)"
        " WHERE coalesce(said, 0) <> coalesce(held, 0) ORDER BY file"
    )


def unaccounted(full_name: str, version: int, files: list[tuple[str, int, int]]) -> str:
    """Why bronze cannot be restored to `version`: the `files` with their expected and actual numbers of rows."""
    listed = "; ".join(f"{file.rpartition('/')[2]}: {said} rows, there {held}" for file, said, held in files[:5])
    more = f", and {len(files) - 5} more" if len(files) > 5 else ""
    return (
        f"{full_name} as of version {version} lacks delivered records ({listed}{more}): ingest loads no "
        "delivery twice, and withdrawn or forgotten records do not come back. Choose a newer version, or withdraw a "
        "wrong delivery with mlops withdraw"
    )


def people_back(full_name: str, version: int, people: int) -> str:
    """Why a version from before `people` were forgotten cannot be restored."""
    return (
        f"version {version} of {full_name} is older than the removal of {people} person(s), and may contain "
        "them: choose a later version, or let ingest recompute the table"
    )


def unreadable(full_name: str, version: int, error: object) -> str:
    """Why a version whose files VACUUM has removed cannot be restored."""
    said = str(error).strip().split("\n", maxsplit=1)[0][:200]
    return (
        f"version {version} of {full_name} can no longer be read, because VACUUM removed its files: choose a newer "
        "version, or undelete the files in the storage account; UseCase(retention=…) says how long versions are kept "
        f"({said})"
    )

"""Previews the restore of a table to an earlier version: queries the SQL warehouse, changes nothing."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from cli.errors import CommandError
from cli.table_versions import Version, version_then, versions
from cli.warehouse import RefusedError, Warehouse, quoted, table_parts
from ml.declarations import Layer, UseCase
from ml.ingest import restorable
from ml.ingest.restorable import Restorable, RestoreRefusedError
from ml.records.forgotten import FORGOTTEN
from ml.records.ingest import INGEST_FILES


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A table of a use case, its current version, and the version to restore."""

    use_case: UseCase
    full_name: str
    table: Restorable
    now: Version
    then: Version


def planned(
    warehouse: Warehouse, table: str, cases: Sequence[UseCase], *, version: int | None, timestamp: datetime | None
) -> Plan:
    """The plan for the requested version. Raises CommandError for a table or version that cannot be restored."""
    catalog, full_name, case = table_parts(table)[0], ".".join(table_parts(table)), owner(table, cases)
    try:
        found = restorable.found(case, catalog, full_name)
        restorable.require_no_feed(cases, catalog, full_name)
    except RestoreRefusedError as error:
        raise CommandError(str(error)) from error
    made = versions(warehouse.ask(f"DESCRIBE HISTORY {quoted(*table_parts(table))}").named())
    then = chosen(full_name, made, version=version, timestamp=timestamp)
    return Plan(use_case=case, full_name=full_name, table=found, now=made[0], then=then)


def owner(table: str, cases: Sequence[UseCase]) -> UseCase:
    """The use case that owns the schema of `table`. Raises CommandError if there is none."""
    schema = table_parts(table)[1]
    for case in cases:
        if schema in {case.schema(layer) for layer in Layer}:
            return case
    raise CommandError(f"{table} belongs to no use case, so no job writes it: restore it with RESTORE TABLE in SQL")


def chosen(full_name: str, made: Sequence[Version], *, version: int | None, timestamp: datetime | None) -> Version:
    """The version of that number, or the newest one at that time.

    Raises CommandError that lists the existing ones; `made` is newest first.
    """
    now, oldest = made[0], made[-1]
    there = f"its log has versions {oldest.number} ({oldest.made:%Y-%m-%d %H:%M} UTC) to {now.number}"
    if timestamp is not None:
        found = version_then(made, timestamp)
    else:
        found = next((each for each in made if each.number == version), None)
    if found is None:
        asked = f"version {version}" if timestamp is None else f"{timestamp:%Y-%m-%d %H:%M:%S} UTC"
        raise CommandError(f"{full_name} has no {asked}: {there}; UseCase(retention=…) sets how long versions are kept")
    if found == now:
        raise CommandError(f"{full_name} is at version {now.number} already: {there}")
    return found


def differences(warehouse: Warehouse, plan: Plan) -> tuple[int, int, int, int]:
    """Rows to add and to remove, and the same for files. Raises CommandError if VACUUM deleted the version's files."""
    table = quoted(*plan.full_name.split("."))
    then, now = f"{table} VERSION AS OF {plan.then.number}", f"{table} VERSION AS OF {plan.now.number}"
    rows, files = "SELECT *", "SELECT DISTINCT _metadata.file_path AS path"
    counts = [
        f"(SELECT count(*) FROM ({what} FROM {one} EXCEPT ALL {what} FROM {other}))"
        for what in (rows, files)
        for one, other in ((then, now), (now, then))
    ]
    named = ", ".join(f"{count} AS c{at}" for at, count in enumerate(counts))
    try:
        ((come, go, files_come, files_go),) = warehouse.ask(f"SELECT {named}").rows
    except RefusedError:
        _require_readable(warehouse, plan, then)
        raise
    return int(come or 0), int(go or 0), int(files_come or 0), int(files_go or 0)


def _require_readable(warehouse: Warehouse, plan: Plan, then: str) -> None:
    """Raise CommandError if the version itself cannot be read: then its files are gone, whatever the error says."""
    try:
        warehouse.ask(f"SELECT bit_xor(hash({quoted(plan.table.table.keys[0])})) FROM {then}")
    except RefusedError as error:
        if error.lacks_right:
            raise
        raise CommandError(restorable.unreadable(plan.full_name, plan.then.number, error.message)) from error


def problems(warehouse: Warehouse, plan: Plan) -> Iterator[str]:
    """Reasons why the job would refuse it, as far as this principal can see."""
    catalog, name = plan.full_name.partition(".")[0], plan.use_case.name
    if _exists(warehouse, forgotten := FORGOTTEN.full_name(catalog, name)):
        since = f"forgotten_at > TIMESTAMP '{plan.then.made:%Y-%m-%d %H:%M:%S.%f}+00:00'"
        query = f"SELECT count(*) FROM {quoted(*forgotten.split('.'))} WHERE {since}"
        people = int(warehouse.ask(query).rows[0][0] or 0)
        if people:
            yield restorable.people_back(plan.full_name, plan.then.number, people)
    if plan.table.is_received:
        ledger = quoted(*INGEST_FILES.full_name(catalog, name).split("."))
        table = quoted(*plan.full_name.split("."))
        asked = restorable.accounts_query(table, plan.then.number, ledger, plan.full_name)
        files = [(str(file), int(said or 0), int(held or 0)) for file, said, held in warehouse.ask(asked).rows]
        if files:
            yield restorable.unaccounted(plan.full_name, plan.then.number, files)


def _exists(warehouse: Warehouse, full_name: str) -> bool:
    catalog, schema, name = full_name.split(".")
    return bool(warehouse.ask(f"SHOW TABLES IN {quoted(catalog, schema)} LIKE '{name}'").rows)

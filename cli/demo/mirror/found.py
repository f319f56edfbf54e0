"""The mirror as dev's training principal sees it, and what is refused to it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cli.cloud import workspace
from cli.demo.under_way import Demo
from cli.model_records import versions
from cli.models import models_of
from cli.paths import current_home
from cli.warehouse import RefusedError, query
from infra import names
from ml.declarations import Mirrored, mirrored
from ml.usecases import use_case as declaration

# The folders of a local cloud with what tasks and servers print.
_LOGS = ("runs", "logs")


@dataclass(frozen=True, kw_only=True)
class Seen:
    """A table of the mirror: its owner and rows, the keys that are production's too, and the clear sensitive columns.

    `clear`: sensitive columns that have a value although the declaration does not draw it anew.
    """

    name: str
    owner: str
    rows: int
    known_keys: int
    clear: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Found:
    """What the story came to.

    `maker`, `reader`: principals of production's ingest and dev's training. `accounting`: of the mirror's job.
    `allowed`: statements that must be refused to the reader, and were not. `trained_on`: tables by version of dev's
    model. `leaks`: files of logs and of the mirror that contain the secret.
    """

    maker: str
    reader: str
    accounting: Mapping[str, int]
    tables: tuple[Seen, ...]
    refused: tuple[str, ...]
    allowed: tuple[str, ...]
    trained_on: Mapping[int, tuple[str, str]]
    leaks: tuple[str, ...]


def look(demo: Demo, secret: str) -> Found:
    """Read all of it."""
    case, reader = declaration(demo.use_case), names.principal("dev", demo.use_case, "training")
    declared, mirror = mirrored(case.models), names.mirror_catalog("prod")
    own = [each.table.full_name("prod", case.name) for each in declared]
    redacted = [each.table.full_name(mirror, case.name) for each in declared]
    statements = [f"select count(*) from {name}" for name in own] + [f"delete from {name}" for name in redacted]
    refused = [statement for statement in statements if _is_refused(statement, reader)]
    return Found(
        maker=names.principal("prod", case.name, "ingest"),
        reader=reader,
        accounting=next(task.accounting for task in demo.tasks if task.task == "mirror"),
        tables=tuple(_seen(each, case.name, reader) for each in declared),
        refused=tuple(refused),
        allowed=tuple(statement for statement in statements if statement not in refused),
        trained_on={
            version.number: (version.tags["feature_table"], version.tags["outcome_table"])
            for version in versions(models_of(case.name, "dev")[0])
        },
        leaks=tuple(_holding(secret.encode(), mirror)),
    )


def _is_refused(statement: str, reader: str) -> bool:
    """Whether a right is missing. Raises RefusedError if it fails for another reason."""
    try:
        query("dev", statement, as_principal=reader)
    except RefusedError as error:
        if not error.lacks_right:
            raise
        return True
    return False


def _seen(declared: Mirrored, use_case: str, reader: str) -> Seen:
    name = declared.table.full_name(names.mirror_catalog("prod"), use_case)
    rows = query("dev", f"select * from {name}", as_principal=reader)
    real = query("prod", f"select distinct {declared.key} from {declared.table.full_name('prod', use_case)}")
    return Seen(
        name=name,
        owner=_owner(name),
        rows=len(rows),
        known_keys=len({row[declared.key] for row in rows} & {row[declared.key] for row in real}),
        clear=_clear(declared, rows, use_case),
    )


def _clear(declared: Mirrored, rows: Sequence[Mapping[str, object]], use_case: str) -> tuple[str, ...]:
    mirror = declaration(use_case).mirror
    noised = {name for name, _ in mirror.noised} if mirror else set()
    hidden = [each.name for each in declared.table.columns if each.sensitive and each.name not in noised]
    return tuple(name for name in hidden if any(row[name] is not None for row in rows))


def _owner(table: str) -> str:
    client = workspace("prod")
    owner = client.tables.get(table).owner or "nobody"
    shown = {each.application_id: each.display_name for each in client.service_principals.list()}
    return shown.get(owner) or owner


def _holding(secret: bytes, mirror: str) -> Iterator[str]:
    home = current_home()
    for folder in (*(home / name for name in _LOGS), home / "warehouse" / mirror):
        yield from (str(path.relative_to(home)) for path in _files(folder) if secret in path.read_bytes())


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_file())

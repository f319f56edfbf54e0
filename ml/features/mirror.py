"""Task `mirror` of job `<usecase>-mirror`: the gold tables that models learn from, redacted, into the mirror's catalog.

Developers in another environment read these tables instead of gold: same names, same columns, no person.
"""

from collections.abc import Sequence
from functools import reduce

from pyspark.sql import DataFrame

from ml import parameters, runtime
from ml.declarations import Mirror, mirrored
from ml.features.redaction import SHOWN, redacted, shown
from ml.parameters import Common
from ml.secret_scope import read_secret
from ml.tables import Tables, door

# RFC 2104, section 3: a key that is shorter than the hash makes it weaker.
LEAST_SECRET_BYTES = 32


class MirrorError(ValueError):
    """The requested mirror cannot be built; the message names the change to make."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Mirror the gold tables; run by job `<usecase>-mirror`."""
    flags = parameters.parser("mirror")
    flags.add_argument("--mirror-catalog", required=True, type=parameters.name)
    flags.add_argument("--key", required=True, help="SCOPE/KEY of the secret that keys are hashed with")
    parsed = flags.parse_args(arguments)
    scope, _, key = parsed.key.partition("/")
    found = mirror(door(), parameters.common(parsed), parsed.mirror_catalog, read_secret(scope, key).encode())
    rows_in, rows_kept = sum(given for given, _ in found.values()), sum(kept for _, kept in found.values())
    runtime.report(
        task="mirror",
        rows_in=rows_in,
        rows_kept=rows_kept,
        rows_quarantined=0,
        rows_removed=rows_in - rows_kept,
        tables=sorted(found),
    )


def mirror(tables: Tables, task: Common, catalog: str, secret: bytes) -> dict[str, tuple[int, int]]:
    """Write every table of the mirror as the redacted table of production; rows read and kept, by full name.

    Raises MirrorError for a use case without a mirror, and for a secret that is too short to protect anybody.
    """
    declared, use_case = _declared(task, secret), task.use_case
    names = {each.table.name: each.table.full_name(task.catalog, use_case.name) for each in mirrored(use_case.models)}
    # One version of each, however long this takes.
    rows = {name: tables.read(full_name, tables.version(full_name)) for name, full_name in names.items()}
    found = {}
    with runtime.computed_once(_shown(rows, task, declared)) as keys:
        for each in mirrored(use_case.models):
            given, name = rows[each.table.name], each.table.full_name(catalog, use_case.name)
            tables.replace(each.redacted, name, redacted(given, each, declared, keys, secret))
            found[name] = (given.count(), tables.counts(name)[0])
    return found


def _shown(rows: dict[str, DataFrame], task: Common, declared: Mirror) -> DataFrame:
    """The keys that every feature table keeps."""
    features = task.use_case.model_tables
    everyone = [rows[each.name].select(rows[each.name][each.key].alias(SHOWN)).distinct() for each in features]
    kept = [shown(rows[each.name], each.key, declared) for each in features]
    left_out = [all_.join(some, SHOWN, "left_anti") for all_, some in zip(everyone, kept, strict=True)]
    known, without = reduce(DataFrame.unionByName, kept).distinct(), reduce(DataFrame.unionByName, left_out)
    return known.join(without, SHOWN, "left_anti")


def _declared(task: Common, secret: bytes) -> Mirror:
    if task.use_case.mirror is None:
        raise MirrorError(f"use case {task.use_case.name} declares no mirror: add UseCase(mirror=Mirror(…))")
    if len(secret) < LEAST_SECRET_BYTES:
        raise MirrorError(
            f"the secret has {len(secret)} bytes, so keys could be found by brute force: "
            f"give {LEAST_SECRET_BYTES} or more"
        )
    return task.use_case.mirror

"""A roll-back of one part: a new version that equals the live one except for that part of an earlier version.

It is registered before any alias moves. If the run dies after that, its retry finds the version by its tags.
"""

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import mlflow
import pandas as pd

from ml.problems.learning import Live, Parted
from ml.problems.registry import problem_of_model
from ml.records.promotions import Moved, champions, ledger
from ml.versions import artifact, listing, parts, version_task
from ml.versions.lineage import read_lineage
from ml.versions.parts import Made
from ml.versions.training_run import CARD_TAG, DECISIONS
from ml.versions.version_task import Subject

_MODEL = "model"


class NoPartError(RuntimeError):
    """The part cannot be rolled back."""


def with_part(subject: Subject, part: str, to_version: int | None, reason: str) -> int:
    """The number of the version that is `subject`'s, which is live, but for `part`; made unless this run has made it.

    `to_version`: whose part comes back; None: that of the newest version which was live and has another one.
    Raises NoPartError if there is none.
    """
    found = _made_before(subject, part)
    if found is not None:
        return found
    problem = problem_of_model(subject.model)
    if not isinstance(problem, Parted):
        raise NoPartError(f"{subject.name} has no parts: omit the part, and roll back the whole model")
    sources = earlier(subject.version, to_version, ledger(subject).moved())
    with tempfile.TemporaryDirectory() as temporary:
        fetched = version_task.fetch(subject, subject.version, Path(temporary))
        live = Live(version=subject.version, folder=artifact.packed(fetched))
        for source in _fetched(subject, sources, Path(temporary)):
            decisions = problem.take_back(part, live, source, reason)
            if decisions is not None:
                made = Made(part=part, of=subject.version, part_from=source.version)
                return _registered(subject, made, fetched, decisions, reason)
    raise NoPartError(
        f"{part!r} was never answered otherwise than by version {subject.version}, in "
        f"{', '.join(f'version {each}' for each in sources) or 'no version that was live before'}: there is nothing to "
        "go back to"
    )


def earlier(live: int, to_version: int | None, moved: Sequence[Moved]) -> tuple[int, ...]:
    """The versions whose part may come back, the newest first: those that were ever live, or the given one. Pure.

    Raises NoPartError if the given one was never live: a roll-back must not bypass the gates.
    """
    known = tuple(version for version in champions(moved) if version != live)
    if to_version is None:
        return known
    if to_version not in known:
        raise NoPartError(
            f"version {to_version} was never live beside version {live}, so no part of it can come back; these were: "
            f"{', '.join(map(str, sorted(known))) or 'none'}"
        )
    return (to_version,)


def _fetched(subject: Subject, versions: Sequence[int], into: Path) -> Iterator[Live]:
    for version in versions:
        yield Live(version=version, folder=artifact.packed(version_task.fetch(subject, version, into)))


def _made_before(subject: Subject, part: str) -> int | None:
    """The version that this run made in an earlier attempt."""
    for each in listing.versions(subject.client, subject.name):
        if int(each.version) < subject.version:
            continue
        tags = subject.client.get_model_version(subject.name, str(each.version)).tags
        made = parts.made_of(tags)
        if made and made.part == part and tags.get("job_run_id") == subject.common.run_id:
            return int(each.version)
    return None


def _registered(subject: Subject, made: Made, fetched: Path, decisions: pd.DataFrame, reason: str) -> int:
    """Log and register it, with the live version's lineage and all that the part follows from, in one request."""
    registered = subject.registered()
    read_lineage(f"{subject.name} version {subject.version}", registered.tags)
    mlflow.set_experiment(subject.common.use_case.experiment(subject.common.catalog, subject.model))
    with mlflow.start_run(run_name=f"rollback-{subject.common.run_id}") as run:
        mlflow.set_tags(dict(made.as_tags))
        mlflow.log_table(decisions, DECISIONS)
        uri, model_id = artifact.log_again(fetched, _MODEL)
    kept = {name: value for name, value in registered.tags.items() if name not in (CARD_TAG, *parts.TAGS)}
    version = subject.client.create_model_version(
        subject.name,
        source=uri,
        run_id=run.info.run_id,
        model_id=model_id,
        tags={**kept, **made.as_tags, "reason": reason, "job_run_id": subject.common.run_id},
        description=f"Version {made.of} with {made.part} of version {made.part_from}. Reason: {reason}.",
    )
    return int(version.version)

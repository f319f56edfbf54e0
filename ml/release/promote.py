"""Task `promotion` of job `<usecase>-promotion`: the version that passed its gates becomes champion.

It trusts no task value: it reads the verdicts from `gate_results`. It records the moves before it makes them, so a run
that dies at any point leaves one champion and a record of the plan, and the next run makes the remaining moves.
"""

from collections.abc import Mapping, Sequence

from ml import runtime
from ml.principal import principal
from ml.records.gate_results import recorded
from ml.records.promotions import Cause, Ledger, Moved, ledger, unmade
from ml.release.alias_moves import apply, moves, require_released, unrecorded
from ml.release.returns import return_aliases
from ml.versions import version_task
from ml.versions.aliases import CHAMPION
from ml.versions.version_task import Subject


def main(arguments: Sequence[str] | None = None) -> None:
    """Make the version champion; run by job `<usecase>-promotion`."""
    subject = version_task.judged("promotion", arguments, reads_data=False)
    promote(subject)


def promote(subject: Subject) -> None:
    """Record the planned moves, unless an earlier attempt did, and make the remaining ones."""
    require_released(f"{subject.name} version {subject.version}", recorded(subject))
    record = ledger(subject)
    before = settled(subject, record)
    moved = record.moved()
    planned = moves(subject.version, before)
    written = (
        () if begun(subject.version, moved, before) else (*planned, *unrecorded(subject.version, before, record.last()))
    )
    record.append(
        written,
        run_id=subject.common.run_id,
        cause=Cause.GATES,
        reason=f"version {subject.version} passed all gates in run {subject.common.run_id}",
        by=principal(subject.tables.spark),
    )
    for move in planned:
        apply(subject, move)
    made = [move for move in planned if move.to_version is not None]
    runtime.set_task_value("champion", subject.version)
    runtime.report(
        task="promotion",
        rows_in=len(made),
        rows_kept=len(made),
        rows_quarantined=0,
        model=subject.name,
        champion=subject.version,
        was=before.get(CHAMPION),
        changed=before.get(CHAMPION) != subject.version,
    )


def settled(subject: Subject, record: Ledger) -> Mapping[str, int]:
    """The aliases to start from, after completing a return that was recorded but not made."""
    before, moved = version_task.aliases(subject.client, subject.name), record.moved()
    back = unmade(moved, Cause.SERVING, before.get(CHAMPION))
    if back is None:
        return before
    return_aliases(subject, back, moved)
    return version_task.aliases(subject.client, subject.name)


def begun(version: int, moved: Sequence[Moved], aliases: Mapping[str, int]) -> bool:
    """Whether a run recorded that `version` becomes champion, but died before moving it. Pure."""
    found = unmade(moved, Cause.GATES, aliases.get(CHAMPION))
    return found is not None and found.to_version == version

"""Task `promotion` of job `<usecase>-promotion`: the version that passed its gates becomes champion.

It trusts no task value: the verdicts are read again from `gate_results`. Aliases move first and are recorded
after, from what the aliases then say; so a run that dies anywhere leaves one champion, and the next run
completes the record.
"""

from collections.abc import Sequence

from ml import runtime
from ml.aliases import CHAMPION
from ml.gates import evidence
from ml.gates.evidence import Judged
from ml.gates.principal import principal
from ml.gates.sign_off import recorded
from ml.promotion.ledger import Cause, ledger
from ml.promotion.moves import Move, moves, require_released, unrecorded


def main(arguments: Sequence[str] | None = None) -> None:
    """Make the version champion; run by job `<usecase>-promotion`."""
    subject = evidence.judged("promotion", arguments, reads_data=False)
    promote(subject)


def promote(subject: Judged) -> None:
    """Move what is left to move, and record what is left to record."""
    require_released(f"{subject.name} version {subject.version}", recorded(subject))
    before = evidence.aliases(subject.client, subject.name)
    for move in moves(subject.version, before):
        apply(subject, move)
    now = evidence.aliases(subject.client, subject.name)
    record = ledger(subject)
    written = list(unrecorded(subject.version, now, record.last()))
    record.append(
        written,
        run_id=subject.common.run_id,
        cause=Cause.GATES,
        reason=f"version {subject.version} passed all gates in run {subject.common.run_id}",
        by=principal(subject.tables.spark),
    )
    runtime.set_task_value("champion", subject.version)
    runtime.report(
        task="promotion",
        rows_in=len(written),
        rows_kept=len(written),
        rows_quarantined=0,
        model=subject.name,
        champion=subject.version,
        was=before.get(CHAMPION),
        changed=before.get(CHAMPION) != subject.version,
    )


def apply(subject: Judged, move: Move) -> None:
    """Move one alias. Only the model's owner may."""
    if move.to_version is None:
        subject.client.delete_registered_model_alias(subject.name, move.alias)
    else:
        subject.client.set_registered_model_alias(subject.name, move.alias, str(move.to_version))

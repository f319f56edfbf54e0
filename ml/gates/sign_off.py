"""Task `sign_off` of job `<usecase>-promotion`: is this version released, and by whom?

It uses the verdicts that the other gates recorded for this version in this run, and passes the task value `verdict` to
the condition before promotion. A version that was rolled back needs a new approval even if sign-off is automatic: its
hold-out is fixed, so running the gates again shows nothing new.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from pyspark.sql import functions as F  # noqa: N812

from ml import parameters, runtime
from ml.declarations import SignOff
from ml.evaluation.checks import Check
from ml.gates import reporting
from ml.gates.card import keeping
from ml.gates.experiment_checks import experiment_check
from ml.gates.verdict import Verdict, decide
from ml.records.approvals import APPROVALS
from ml.records.gate_results import JUDGING, SIGN_OFF, Decision, recorded
from ml.records.promotions import Moved, ledger, rolled_back
from ml.versions import version_task
from ml.versions.version_task import Subject


def main(arguments: Sequence[str] | None = None) -> None:
    """Release a version or not; run by job `<usecase>-promotion`."""
    flags = version_task.of_version("gates_sign_off")
    flags.add_argument("--experiment", default="", help="if not empty: release only a version that won its experiment")
    parsed = flags.parse_args(arguments)
    subject = version_task.opened(parameters.common(parsed), parsed.version)
    mode = subject.model.gates.sign_off
    gone = rolled_back(subject.version, ledger(subject).moved())
    asked = mode is SignOff.MANUAL or gone is not None
    # An approval from before the roll-back does not count.
    approved_by = approvers(subject, since=gone.promoted_at if gone else None) if asked else ()
    more = [experiment_check(subject)] if parsed.experiment else []
    verdict = judge(recorded(subject), mode, approved_by, gone, more)
    reporting.record(subject, verdict)
    card = keeping.keep(subject)
    if card:
        print(f"model card: {card}")
    # A retry finds the first verdict recorded; that one counts.
    runtime.set_task_value("verdict", recorded(subject)[SIGN_OFF])


def approvers(subject: Subject, since: datetime | None = None) -> tuple[str, ...]:
    """The people who approved this version (after `since`, if given), sorted by name.

    The first approval creates the table, not this task: the creator of a table owns it and may write it.
    """
    name = f"{subject.ops_schema}.{APPROVALS.name}"
    if not subject.tables.exists(name):
        return ()
    mine = (F.col("model") == subject.name) & (F.col("version") == subject.version)
    rows = subject.tables.read(name).where(mine).select("approved_by", "approved_at").collect()
    return tuple(sorted({row["approved_by"] for row in rows if since is None or row["approved_at"] > since}))


def judge(
    verdicts: Mapping[str, str],
    mode: SignOff,
    approved_by: Sequence[str],
    gone: Moved | None = None,
    more: Sequence[Check] = (),
) -> Verdict:
    """Pass if all judging gates passed and, for manual sign-off or after the roll-back `gone`, somebody approved.

    If `more` is given, it must pass too. Pure.
    """
    checks = [
        Check(
            passed=verdicts.get(gate) == Decision.PASS, text=f"{gate}: {verdicts.get(gate, 'no verdict in this run')}"
        )
        for gate in JUDGING
    ]
    return decide(
        SIGN_OFF,
        [*checks, *more, _release(mode, approved_by, gone)],
        inputs={"verdicts": dict(verdicts), "approved_by": list(approved_by), "rolled_back": gone is not None},
        thresholds={"sign_off": str(mode), "required": list(JUDGING)},
    )


def _release(mode: SignOff, approved_by: Sequence[str], gone: Moved | None) -> Check:
    if approved_by and (gone or mode is SignOff.MANUAL):
        again = f" after its roll-back in run {gone.run_id}" if gone else ""
        return Check(passed=True, text=f"approved by {', '.join(approved_by)}{again}")
    if gone:
        told = f"rolled back by {gone.promoted_by} in run {gone.run_id} ({gone.reason})"
        return Check(passed=False, text=f"{told}: approve it again, or roll back to it")
    if mode is SignOff.AUTOMATIC:
        return Check(passed=True, text="released automatically, as declared")
    return Check(
        passed=False, text="awaiting sign-off by a person: record an approval, then run the promotion job again"
    )

"""Task `sign_off` of job `<usecase>-promotion`: is this version released, and by whom?

It rests on the verdicts that the other gates recorded for this version in this run, and hands the task value
`verdict` to the condition before promotion.
"""

from collections.abc import Mapping, Sequence

from pyspark.sql import functions as F  # noqa: N812

from ml import runtime
from ml.declarations import SignOff
from ml.gates import evidence
from ml.gates.approvals import APPROVALS
from ml.gates.evidence import Judged
from ml.gates.verdict import JUDGING, SIGN_OFF, Check, Decision, Verdict, decide
from ml.tables.system import GATE_RESULTS


def main(arguments: Sequence[str] | None = None) -> None:
    """Release a version or not; run by job `<usecase>-promotion`."""
    subject = evidence.judged("gates_sign_off", arguments, reads_data=False)
    mode = subject.common.use_case.gates.sign_off
    verdict = judge(recorded(subject), mode, approvers(subject) if mode is SignOff.MANUAL else ())
    evidence.record(subject, verdict)
    # A retry finds the first verdict recorded; that one counts.
    runtime.set_task_value("verdict", recorded(subject)[SIGN_OFF])


def recorded(subject: Judged) -> Mapping[str, str]:
    """The verdicts of this version in this run, by gate."""
    name = f"{subject.ops_schema}.{GATE_RESULTS.name}"
    if not subject.tables.exists(name):
        return {}
    mine = (
        (F.col("run_id") == subject.common.run_id)
        & (F.col("model") == subject.name)
        & (F.col("version") == subject.version)
    )
    rows = subject.tables.read(name).where(mine).select("gate", "verdict").collect()
    return {row["gate"]: row["verdict"] for row in rows}


def approvers(subject: Judged) -> tuple[str, ...]:
    """Who has approved this version, in the order of their names; nobody where no approval was ever recorded.

    The table is made by the first who approves, not here: who makes a table owns it, and may write it.
    """
    name = f"{subject.ops_schema}.{APPROVALS.name}"
    if not subject.tables.exists(name):
        return ()
    mine = (F.col("model") == subject.name) & (F.col("version") == subject.version)
    rows = subject.tables.read(name).where(mine).select("approved_by").collect()
    return tuple(sorted(row["approved_by"] for row in rows))


def judge(verdicts: Mapping[str, str], mode: SignOff, approved_by: Sequence[str]) -> Verdict:
    """Pass where all judging gates passed and, for manual sign-off, somebody approved. Pure."""
    checks = [
        Check(
            passed=verdicts.get(gate) == Decision.PASS, text=f"{gate}: {verdicts.get(gate, 'no verdict in this run')}"
        )
        for gate in JUDGING
    ]
    return decide(
        SIGN_OFF,
        [*checks, _release(mode, approved_by)],
        inputs={"verdicts": dict(verdicts), "approved_by": list(approved_by)},
        thresholds={"sign_off": str(mode), "required": list(JUDGING)},
    )


def _release(mode: SignOff, approved_by: Sequence[str]) -> Check:
    match mode:
        case SignOff.AUTOMATIC:
            return Check(passed=True, text="released automatically, as declared")
        case SignOff.MANUAL if approved_by:
            return Check(passed=True, text=f"approved by {', '.join(approved_by)}")
        case SignOff.MANUAL:
            return Check(
                passed=False,
                text="awaiting sign-off by a person: record an approval, then run the promotion job again",
            )

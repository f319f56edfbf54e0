"""Task `comparison` of job `<usecase>-promotion`: is this version good, and no worse than the live version?

Whether it must be better or only as good depends on why it was trained (docs/adr/0019-how-a-challenger-is-judged.md).
"""

import tempfile
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
from mlflow.exceptions import MlflowException

from ml.evaluation.checks import Check
from ml.gates import reporting
from ml.gates.comparison_checks import Contest, judge
from ml.gates.scoring import answers, holdout
from ml.gates.unseen import Unseen, unknown, unseen
from ml.gates.verdict import Verdict, decide, refuse
from ml.problems.registry import judging_of
from ml.records.gate_results import COMPARISON, judged_on
from ml.versions import artifact, version_task
from ml.versions.aliases import CHAMPION
from ml.versions.gains import sentences
from ml.versions.lineage import LineageError, read_cause, read_lineage
from ml.versions.version_task import Subject


def main(arguments: Sequence[str] | None = None) -> None:
    """Compare a version with the champion; run by job `<usecase>-promotion`."""
    subject = version_task.judged("gates_comparison", arguments, reads_data=True)
    problem = version_task.missing_version(subject)
    if problem is None:
        reporting.announce(subject)
    reporting.record(subject, refuse(COMPARISON, problem) if problem else verdict(subject))


def verdict(subject: Subject) -> Verdict:
    """Score both versions on the hold-out of the challenger's own lineage, and judge."""
    champion = subject.alias(CHAMPION)
    if champion == subject.version:
        live = Check(passed=True, text=f"version {subject.version} is already live")
        return decide(COMPARISON, [live], inputs={"version": subject.version}, thresholds={})
    try:
        tags = subject.registered().tags
        lineage = read_lineage(f"version {subject.version}", tags)
        rows = holdout(subject, lineage)
        judging = judging_of(subject.model)
        contest = Contest(
            version=subject.version,
            truth=judging.problem.truth(rows[subject.model.outcome.label]),
            challenger=_scored(subject, subject.version, rows),
            champion_version=champion,
            champion=None if champion is None else _scored(subject, champion, rows),
            cause=read_cause(f"version {subject.version}", tags),
            unseen=_unseen(subject, champion, rows),
        )
    except (ValueError, MlflowException) as error:
        return refuse(COMPARISON, str(error), version=subject.version, champion_version=champion)
    periods = f"{lineage.holdout_first_period}..{lineage.holdout_last_period}"
    return judge(
        contest,
        subject.model.gates.comparison,
        judging,
        seed=subject.model.seed,
        holdout_periods=periods,
        holdout_uses=1 + judged_on(subject, periods),
        champion_saw_holdout=bool(contest.unseen and contest.unseen.because),
        compared_rows=int(contest.comparable.sum()),
        optional_sources=sentences(tags),
    )


def _scored(subject: Subject, version: int, rows: pd.DataFrame) -> pd.DataFrame:
    """The answers of `version`. Raises a ValueError that names the version if it cannot score these rows."""
    with tempfile.TemporaryDirectory() as temporary:
        try:
            model = artifact.load(version_task.fetch(subject, version, Path(temporary)))
            return answers(model, rows, subject.model.problem)
        except (ValueError, MlflowException) as error:
            raise ValueError(f"version {version} cannot score the hold-out: {error}") from error


def _unseen(subject: Subject, champion: int | None, rows: pd.DataFrame) -> Unseen | None:
    """The rows that the champion was not fitted on; None if no champion is live."""
    if champion is None:
        return None
    try:
        tags = subject.client.get_model_version(subject.name, str(champion)).tags
        lineage = read_lineage(f"version {champion}", tags)
        return unseen(rows[subject.model.outcome.event_time], lineage, subject.common.judging)
    except LineageError as error:
        return unknown(len(rows), str(error))

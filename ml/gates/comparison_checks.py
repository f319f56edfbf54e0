"""What the comparison gate asks of a challenger, and how it is held against the champion. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np
import numpy.typing as npt

from ml.declarations import ComparisonGate
from ml.evaluation.bootstrap import Interval, auc_difference
from ml.evaluation.metrics import Evaluation, evaluate
from ml.gates.verdict import Check, Verdict, at_least, at_most, decide, refuse
from ml.records.gate_results import COMPARISON

Vector = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Contest:
    """Labels and probabilities of the same hold-out rows, in the same order; `champion` is None where none is live."""

    version: int
    labels: npt.NDArray[np.int64]
    challenger: Vector
    champion_version: int | None = None
    champion: Vector | None = None


def judge(
    contest: Contest,
    gate: ComparisonGate,
    *,
    threshold: float,
    seed: int,
    optional_sources: Sequence[str] = (),
    **more: object,
) -> Verdict:
    """The verdict; `more` goes into its inputs. What cannot be measured fails.

    `optional_sources` says what each optional source is worth: it stands in the reason and decides nothing.
    """
    told: Mapping[str, object] = {
        "version": contest.version,
        "champion_version": contest.champion_version,
        "seed": seed,
        "optional_sources": list(optional_sources),
        **more,
    }
    too_few = _too_few(contest.labels, gate)
    if too_few:
        return decide(COMPARISON, too_few, inputs=told, thresholds=asdict(gate))
    try:
        ours = evaluate(contest.labels, contest.challenger, threshold)
        theirs = None if contest.champion is None else evaluate(contest.labels, contest.champion, threshold)
        interval = None if contest.champion is None else _interval(contest, contest.champion, gate, seed)
    except ValueError as error:
        return refuse(COMPARISON, str(error), **told)
    return decide(
        COMPARISON,
        [
            *_absolute(ours, gate),
            _relative(contest, interval, gate),
            *(Check(passed=True, text=text) for text in optional_sources),
        ],
        inputs={
            **told,
            "challenger": ours.as_dict(),
            "champion": theirs.as_dict() if theirs else None,
            "interval": asdict(interval) if interval else None,
        },
        thresholds=asdict(gate),
    )


def _too_few(labels: npt.NDArray[np.int64], gate: ComparisonGate) -> list[Check]:
    """Why nothing can be said about these rows; empty where something can."""
    checks = [at_least("hold-out rows", len(labels), gate.min_holdout_rows)]
    if len(np.unique(labels)) < 2:
        checks.append(Check(passed=False, text="the hold-out holds one class only, so no ranking can be measured"))
    return [check for check in checks if not check.passed]


def _interval(contest: Contest, champion: Vector, gate: ComparisonGate, seed: int) -> Interval:
    return auc_difference(
        contest.labels,
        contest.challenger,
        champion,
        confidence=gate.confidence,
        resamples=gate.resamples,
        seed=seed,
    )


def _absolute(ours: Evaluation, gate: ComparisonGate) -> list[Check]:
    return [
        at_least("ROC AUC", ours.roc_auc, gate.min_roc_auc),
        at_most("expected calibration error", ours.expected_calibration_error, gate.max_calibration_error),
    ]


def _relative(contest: Contest, interval: Interval | None, gate: ComparisonGate) -> Check:
    if interval is None:
        return Check(passed=True, text="no champion is live, so only the absolute limits apply")
    check = at_least("its lower end", interval.lower, 0.0 - gate.max_loss)
    told = (
        f"ROC AUC differs from champion version {contest.champion_version} by {interval.difference:+.4f}, "
        f"{interval.confidence:.0%} interval {interval.lower:+.4f}..{interval.upper:+.4f} "
        f"over {len(contest.labels)} rows"
    )
    return Check(passed=check.passed, text=f"{told}; {check.text}")

"""What the comparison gate asks of a challenger, and how it is held against the champion. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial

import numpy as np
import numpy.typing as npt

from ml.declarations import COST, ComparisonGate, MeasureRule, TrainingCause
from ml.evaluation import measured
from ml.evaluation.comparing import Measured, compare, estimates
from ml.evaluation.metrics import Evaluation, evaluate
from ml.evaluation.noise import ALLOWED
from ml.evaluation.resampling import Bootstrap, Estimate, Paired
from ml.gates.measure_checks import Against, better, equal_passes, limit_check, not_worse, shows
from ml.gates.unseen import Unseen
from ml.gates.verdict import Check, Verdict, at_least, decide, refuse
from ml.records.gate_results import COMPARISON

Vector = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Contest:
    """Labels and probabilities of the same hold-out rows, in the same order; `champion` is None if none is live.

    `cause` is why the challenger was trained. `unseen`: the rows that neither was fitted on; None: all.
    """

    version: int
    labels: npt.NDArray[np.int64]
    challenger: Vector
    champion_version: int | None = None
    champion: Vector | None = None
    cause: TrainingCause = TrainingCause.MANUAL
    unseen: Unseen | None = None

    @property
    def comparable(self) -> npt.NDArray[np.bool_]:
        """Which rows both versions can be compared on."""
        return np.ones(len(self.labels), dtype=bool) if self.unseen is None else self.unseen.rows


@dataclass(frozen=True, kw_only=True)
class Figures:
    """What was measured: the challenger by itself, and, if a champion is live, both versions."""

    challenger: Evaluation
    champion: Evaluation | None
    estimates: Mapping[str, Estimate]
    pairs: Mapping[str, Paired]


def judge(
    contest: Contest,
    gate: ComparisonGate,
    *,
    threshold: float,
    seed: int,
    optional_sources: Sequence[str] = (),
    holdout_uses: int = 1,
    **more: object,
) -> Verdict:
    """The verdict; `more` goes into its inputs. What cannot be measured blocks.

    `holdout_uses` is how many versions were judged on these months, this one included.
    `optional_sources` says what each optional source is worth: it stands in the reason and decides nothing.
    """
    given: Mapping[str, object] = {
        "version": contest.version,
        "champion_version": contest.champion_version,
        "cause": str(contest.cause),
        "seed": seed,
        "optional_sources": list(optional_sources),
        "holdout_uses": holdout_uses,
        **more,
    }
    too_few = _too_few(contest.labels, gate)
    if too_few:
        return decide(COMPARISON, too_few, inputs=given, thresholds=asdict(gate))
    try:
        figures = _figures(contest, gate, threshold, seed)
    except ValueError as error:
        return refuse(COMPARISON, str(error), **given)
    shown = [*_power(contest, figures, gate, holdout_uses), *optional_sources]
    said = [Check(passed=True, text=text) for text in shown]
    return decide(
        COMPARISON,
        [*_absolute(contest, figures, gate), *_relative(contest, figures, gate), *said],
        inputs={**given, **_recorded(figures, gate)},
        thresholds=asdict(gate),
    )


def measures_of(gate: ComparisonGate, threshold: float) -> Mapping[str, Measured]:
    """The functions of the measures that `gate` judges. Raises ValueError naming those that there are not."""
    known = dict(measured.MEASURED)
    if gate.costs:
        known[COST.name] = partial(measured.cost, threshold=threshold, **asdict(gate.costs))
    names = [rule.measure.name for rule in gate.measures]
    strange = [name for name in names if name not in known]
    if strange:
        raise ValueError(f"the gate judges {strange}, which cannot be measured: {sorted(known)} can")
    return {name: known[name] for name in names}


def _too_few(labels: npt.NDArray[np.int64], gate: ComparisonGate) -> list[Check]:
    """Why nothing can be said about these rows; empty if something can."""
    rows = at_least("hold-out rows", len(labels), gate.min_holdout_rows)
    classes = "the hold-out holds one class only, so no ranking can be measured"
    checks = [Check(passed=rows.passed, known=False, text=f"{rows.text}: too few to tell")]
    checks.append(Check(passed=len(np.unique(labels)) > 1, known=False, text=classes))
    return [check for check in checks if not check.passed]


def _figures(contest: Contest, gate: ComparisonGate, threshold: float, seed: int) -> Figures:
    """Raises ValueError for probabilities that cannot be measured, or a measure that there is not."""
    measures, truth = measures_of(gate, threshold), contest.labels.astype(np.float64)
    ours = evaluate(contest.labels, contest.challenger, threshold)
    drawn = Bootstrap(confidence=gate.confidence, resamples=gate.resamples, seed=seed)
    alone = estimates(measures, truth, contest.challenger, drawn)
    if contest.champion is None:
        return Figures(challenger=ours, champion=None, estimates=alone, pairs={})
    theirs = evaluate(contest.labels, contest.champion, threshold)
    rows = contest.comparable
    enough = not _too_few(contest.labels[rows], gate)
    pairs = compare(measures, truth[rows], contest.challenger[rows], contest.champion[rows], drawn) if enough else {}
    return Figures(challenger=ours, champion=theirs, estimates=alone, pairs=pairs)


def _absolute(contest: Contest, figures: Figures, gate: ComparisonGate) -> list[Check]:
    """One check per declared limit, each with what chance allows."""
    checks = [
        limit_check(rule, figures.estimates[rule.measure.name], _allowed(rule, contest.challenger))
        for rule in gate.measures
    ]
    return [check for check in checks if check is not None]


def _allowed(rule: MeasureRule, predicted: Vector) -> float | None:
    """What a model at the limit would seldom exceed; None for a measure that noise pushes no way."""
    allowed = ALLOWED.get(rule.measure.name)
    return None if allowed is None or rule.limit is None else allowed(predicted, rule.limit)


def _relative(contest: Contest, figures: Figures, gate: ComparisonGate) -> list[Check]:
    """One check per measure against the champion, by the rule of the training's cause."""
    if contest.champion_version is None:
        return [Check(passed=True, text="no champion is live, so only the absolute limits apply")]
    if not figures.pairs:
        return [_cannot_compare(contest, gate)]
    champion = Against(version=contest.champion_version, rows=int(contest.comparable.sum()))
    improved = gate.must_improve.get(contest.cause)
    return [
        better(rule, figures.pairs[rule.measure.name], champion, str(contest.cause))
        if rule.measure == improved
        else not_worse(rule, figures.pairs[rule.measure.name], champion)
        for rule in gate.measures
    ]


def _power(contest: Contest, figures: Figures, gate: ComparisonGate, uses: int) -> list[str]:
    """What these rows can show at all, and how often they were asked."""
    if not figures.pairs:
        return []
    rule = gate.measures[0]
    found = figures.pairs[rule.measure.name]
    shown = (
        f"these rows show an improvement of {rule.measure.title} from about {shows(found):.2g} on, and pass "
        f"{equal_passes(rule, found):.0%} of equally good renewals"
    )
    lucky = 1 - (1 - (1 - gate.confidence) / 2) ** uses
    used = f"{uses} versions were judged on these months: by luck alone, one of so many seems better in {lucky:.0%}"
    return [shown, used] if uses > 1 and contest.cause in gate.must_improve else [shown]


def _cannot_compare(contest: Contest, gate: ComparisonGate) -> Check:
    because = contest.unseen.because if contest.unseen else "the rows are too few"
    left = f"{int(contest.comparable.sum())} rows are of months that neither version was fitted on"
    said = f"cannot compare with champion version {contest.champion_version}: {because}; {left}"
    return Check(passed=False, known=False, text=f"{said}, {gate.min_holdout_rows} of both classes are required")


def _recorded(figures: Figures, gate: ComparisonGate) -> Mapping[str, object]:
    """Every figure with its interval; `interval` is that of the first measure, which reports show."""
    first = figures.pairs.get(gate.measures[0].measure.name)
    power = {
        rule.measure.name: {
            "shows_improvement_from": shows(figures.pairs[rule.measure.name]),
            "equal_passes": equal_passes(rule, figures.pairs[rule.measure.name]),
        }
        for rule in gate.measures
        if figures.pairs
    }
    return {
        "challenger": figures.challenger.as_dict(),
        "champion": figures.champion.as_dict() if figures.champion else None,
        "estimates": {name: asdict(found) for name, found in figures.estimates.items()},
        "pairs": {name: asdict(found) for name, found in figures.pairs.items()},
        "interval": asdict(first.interval) if first else None,
        "power": power,
    }

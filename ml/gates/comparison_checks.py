"""The comparison gate's requirements for a challenger, and its comparison with the champion. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from ml.declarations import ComparisonGate, MeasureRule, ProblemType, TrainingCause
from ml.evaluation.checks import Check, at_least
from ml.evaluation.comparing import compare, estimates
from ml.evaluation.resampling import Bootstrap, Estimate, Paired
from ml.gates.measure_checks import Against, better, equal_passes, limit_check, not_worse, shows
from ml.gates.unseen import Unseen
from ml.gates.verdict import Verdict, decide, refuse
from ml.problems.judging import Judging
from ml.problems.problem import Floats, Measures
from ml.records.gate_results import COMPARISON


@dataclass(frozen=True, kw_only=True)
class Contest:
    """Truth and answers of the same hold-out rows, in the same order; `champion` is None if none is live.

    `cause`: why the challenger was trained. `unseen`: the rows that neither version was fitted on; None: all rows.
    """

    version: int
    truth: Floats
    challenger: pd.DataFrame
    champion_version: int | None = None
    champion: pd.DataFrame | None = None
    cause: TrainingCause = TrainingCause.MANUAL
    unseen: Unseen | None = None

    @property
    def comparable(self) -> npt.NDArray[np.bool_]:
        """The rows on which both versions can be compared."""
        return np.ones(len(self.truth), dtype=bool) if self.unseen is None else self.unseen.rows


@dataclass(frozen=True, kw_only=True)
class Figures:
    """The measured values: of the challenger alone and, if a champion is live, of both versions."""

    challenger: Measures
    champion: Measures | None
    numbers: Floats
    estimates: Mapping[str, Estimate]
    pairs: Mapping[str, Paired]


def judge(
    contest: Contest,
    gate: ComparisonGate,
    judging: Judging,
    *,
    seed: int,
    optional_sources: Sequence[str] = (),
    holdout_uses: int = 1,
    **more: object,
) -> Verdict:
    """The verdict; `more` is added to its inputs. Values that cannot be measured block.

    `holdout_uses`: how many versions were judged on these periods, including this one.
    `optional_sources`: the gain from each optional source; it is part of the reason and decides nothing.
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
    too_few = _too_few(contest.truth, gate, judging)
    if too_few:
        return decide(COMPARISON, too_few, inputs=given, thresholds=asdict(gate))
    try:
        judged = in_units(gate, judging.problem.declared)
        figures = _figures(contest, judged, judging, seed)
    except ValueError as error:
        return refuse(COMPARISON, str(error), **given)
    shown = [*_power(contest, figures, judged, holdout_uses), *optional_sources]
    said = [Check(passed=True, text=text) for text in shown]
    return decide(
        COMPARISON,
        [*_absolute(figures, judged, judging), *_relative(contest, figures, judged), *said],
        inputs={**given, **_recorded(figures, judged)},
        thresholds=asdict(gate),
    )


def in_units(gate: ComparisonGate, declared: ProblemType) -> ComparisonGate:
    """`gate` with the problem's own measures, which know the label's unit.

    Raises a ValueError that names the measures the problem does not have.
    """
    known = {measure.name: measure for measure in declared.measures}
    strange = [rule.measure.name for rule in gate.measures if rule.measure.name not in known]
    if strange:
        raise ValueError(f"the gate judges {strange}, which this problem cannot measure: choose from {sorted(known)}")
    rules = tuple(replace(rule, measure=known[rule.measure.name]) for rule in gate.measures)
    improved = {cause: known[measure.name] for cause, measure in gate.must_improve.items()}
    return replace(gate, measures=rules, must_improve=improved)


def _too_few(truth: Floats, gate: ComparisonGate, judging: Judging) -> list[Check]:
    """Why these rows cannot be judged; empty if they can."""
    rows, indistinct = at_least("hold-out rows", len(truth), gate.min_holdout_rows), judging.indistinct(truth)
    checks = [Check(passed=rows.passed, known=False, text=f"{rows.text}: too few to decide")]
    checks.append(Check(passed=not indistinct, known=False, text=indistinct))
    return [check for check in checks if not check.passed]


def _figures(contest: Contest, gate: ComparisonGate, judging: Judging, seed: int) -> Figures:
    """Measure both versions. Raises ValueError for answers that cannot be measured."""
    truth, rows, problem = contest.truth, contest.comparable, judging.problem
    known = judging.measured()
    measures = {rule.measure.name: known[rule.measure.name] for rule in gate.measures}
    ours = judging.numbers(truth, contest.challenger)
    measured = problem.measure(truth, contest.challenger)
    together = judging.drawn_together(ours)
    drawn = Bootstrap(confidence=gate.confidence, resamples=gate.resamples, seed=seed, groups=together)
    alone = estimates(measures, truth, ours, drawn)
    if contest.champion is None:
        return Figures(challenger=measured, champion=None, numbers=ours, estimates=alone, pairs={})
    theirs = judging.numbers(truth, contest.champion)
    enough = not _too_few(truth[rows], gate, judging)
    paired = drawn if together is None else replace(drawn, groups=together[rows])
    return Figures(
        challenger=measured,
        champion=problem.measure(truth, contest.champion),
        numbers=ours,
        estimates=alone,
        pairs=compare(measures, truth[rows], ours[rows], theirs[rows], paired) if enough else {},
    )


def _absolute(figures: Figures, gate: ComparisonGate, judging: Judging) -> list[Check]:
    """One check per declared limit, each with the allowance for chance."""
    checks = [
        limit_check(rule, figures.estimates[rule.measure.name], _allowed(rule, figures.numbers, judging))
        for rule in gate.measures
    ]
    return [check for check in checks if check is not None]


def _allowed(rule: MeasureRule, numbers: Floats, judging: Judging) -> float | None:
    """The value that a model at the limit seldom exceeds; None for a measure that noise does not bias."""
    return None if rule.limit is None else judging.seldom_over(rule.measure.name, numbers, rule.limit)


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
    """The power of these rows, and how often they were used."""
    if not figures.pairs:
        return []
    rule = gate.measures[0]
    found = figures.pairs[rule.measure.name]
    shown = (
        f"these rows detect an improvement of {rule.measure.title} from about {shows(found):.2g}, and pass "
        f"{equal_passes(rule, found):.0%} of equally good renewals"
    )
    lucky = 1 - (1 - (1 - gate.confidence) / 2) ** uses
    used = f"{uses} versions were judged on these periods: by luck alone, one appears better in {lucky:.0%} of cases"
    return [shown, used] if uses > 1 and contest.cause in gate.must_improve else [shown]


def _cannot_compare(contest: Contest, gate: ComparisonGate) -> Check:
    because = contest.unseen.because if contest.unseen else "the rows are too few"
    left = f"{int(contest.comparable.sum())} rows are from periods that neither version was fitted on"
    said = f"cannot compare with champion version {contest.champion_version}: {because}; {left}"
    return Check(
        passed=False,
        known=False,
        text=f"{said}, at least {gate.min_holdout_rows} that separate the versions are required",
    )


def _recorded(figures: Figures, gate: ComparisonGate) -> Mapping[str, object]:
    """Every figure with its interval; `interval` belongs to the first measure, which reports show."""
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

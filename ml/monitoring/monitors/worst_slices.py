"""The slices of one or two columns in which a version has become worse than in all other rows."""

from ml.evaluation.slices import tally
from ml.evaluation.worst_slices import Search, Slice, worst
from ml.monitoring.monitors.of_problem import unprovable
from ml.monitoring.searched import Searched
from ml.monitoring.window import Window, problem
from ml.problems.finding import SLICE_LOSS, Finding, Kind, Verdict, beyond, number
from ml.problems.searching import searched_columns

# How many are told: the next ones are seldom another story.
_SHOWN = 3


class WorstSlices:
    """Three findings, the surest slice first: how much larger its rows' mean loss is than the others', beyond the same
    difference on the hold-out, as a share of the hold-out's mean loss.

    Slices are found at a false-discovery rate of `false_alarms_per_period` over all that are tried: the chance that a
    stable period has any. A declared limit applies to the size.
    """

    def measure(self, window: Window) -> list[Finding]:
        """The findings; unknown if there are too few rows with outcomes."""
        try:
            known = window.answered.known
            why = unprovable(window, len(known.truth))
            before = window.expected.searched
            if why or before is None:
                return _none(window, len(known.truth), why or "the hold-out has no rows with outcomes")
            losses, columns = problem(window.model).losses(known), searched_columns(window.model, known.features)
            found = worst(
                before.plan,
                tally(before.plan, columns, losses),
                before.before,
                rate=window.limits.false_alarms_per_period,
                least_rows=window.model.gates.compliance.min_group_rows,
                most=_SHOWN,
            )
            return _findings(window, found, before, losses.title, len(known.truth))
        except ValueError as wrong:
            return _none(window, len(window.data.frame), str(wrong))


def _none(window: Window, rows: int, why: str) -> list[Finding]:
    verdict = Verdict.UNKNOWN if window.limits.slices else Verdict.RECORDED
    return [
        Finding(
            kind=Kind.FAIRNESS, metric=SLICE_LOSS, column=column, value=None, verdict=verdict, reason=why, rows=rows
        )
        for column in _columns()
    ]


def _columns() -> tuple[str, ...]:
    return tuple(f"slice {place}" for place in range(1, _SHOWN + 1))


def _findings(window: Window, found: Search, before: Searched, title: str, rows: int) -> list[Finding]:
    usual = before.before.mean_of_all
    if not found.tried or not usual > 0:
        why = "no slice has enough rows in both" if usual > 0 else f"the {title} of the hold-out is {number(usual)}"
        return _none(window, rows, why)
    told = [_finding(window, each, column, usual, title) for each, column in zip(found.found, _columns(), strict=False)]
    rate, few = window.limits.false_alarms_per_period, window.model.gates.compliance.min_group_rows
    said = f"of {found.tried} slices with {few} rows or more, no {'other' if told else 'one'} is worse beyond chance"
    verdict = Verdict.OK if window.limits.slices else Verdict.RECORDED
    return [
        *told,
        *(
            Finding(
                kind=Kind.FAIRNESS,
                metric=SLICE_LOSS,
                column=column,
                value=0.0,
                verdict=verdict,
                reason=f"{said}, at a false-discovery rate of {rate:g}",
                rows=rows,
            )
            for column in _columns()[len(told) :]
        ),
    ]


def _finding(window: Window, each: Slice, column: str, usual: float, title: str) -> Finding:
    value, error, limit = each.excess / usual, each.error / usual, window.limits.slices
    parts = ", ".join(f"{name} {number(part / usual)}" for name, part in each.parts.items())
    of_columns = f"; of that by column: {parts}" if len(each.parts) > 1 else ""
    return Finding(
        kind=Kind.FAIRNESS,
        metric=SLICE_LOSS,
        column=column,
        value=value,
        verdict=beyond(value, limit.warn, limit.act) if limit else Verdict.RECORDED,
        reason=f"{each.rows} rows with {each.name}: their {title} is worse than the others' by {number(value)} "
        f"+- {number(1.96 * error)} of the hold-out's {number(usual)}, beyond the difference there{of_columns}",
        rows=each.rows,
        threshold_high=limit.act if limit else None,
        lower=value - 1.96 * error,
        upper=value + 1.96 * error,
        error=error,
        slice=each.name,
    )

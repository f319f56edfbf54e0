"""Whether the columns have drifted jointly, even if none has alone."""

import pandas as pd

from ml.declarations import JointDrift
from ml.evaluation.joint import NAME, Joint, joint
from ml.evaluation.ordered import comparable
from ml.monitoring.window import Window
from ml.problems.finding import Finding, Kind, at_most, number, unknown

_SHOWN, _SEED = 3, 1


class Together:
    """All compared features of the period against the reference's, on a declared number of rows of each.

    As for single columns, a period like the hold-out is no news.
    """

    def measure(self, window: Window) -> list[Finding]:
        """One finding if the model declares joint drift, else none."""
        declared, data = window.limits.joint_drift, window.data
        if declared is None:
            return []
        if window.too_few:
            return [unknown(Kind.DRIFT, NAME, "", data.rows, window.too_few)]
        samples = [each for each in window.expected.samples if len(each) >= window.limits.min_rows]
        if not samples:
            return [unknown(Kind.DRIFT, NAME, "", data.rows, "the reference has too few rows")]
        names = [name for name in window.watched if name in samples[0]]
        after = pd.DataFrame({name: comparable(data.frame[name]) for name in names})
        # Rows in clusters, and periods that vary by themselves, are worth fewer, by the column that shows it most.
        dispersion = max((window.expected.columns[name].dispersion for name in names), default=1.0)
        rows = after.sample(min(len(after), declared.rows), random_state=_SEED)
        found = [joint(each[names], rows, dispersion) for each in samples]
        return [_finding(min(found, key=_area), declared, window.limits.false_alarms_per_period, len(rows))]


def _area(found: Joint) -> float:
    return found.compared.value


def _finding(found: Joint, declared: JointDrift, chance: float, rows: int) -> Finding:
    value, (lower, upper) = found.compared.value, found.interval
    judged = at_most(Kind.DRIFT, NAME, "", value, declared.limit, rows=rows, noise=found.compared.bound(chance))
    told = ", ".join(f"{name} {share:.0%}" for name, share in list(found.shares.items())[:_SHOWN])
    said = f"rows can be separated from the reference's with ROC AUC {number(value)}, by {told}; {judged.reason}"
    return Finding(
        **{**vars(judged), "reason": said, "lower": lower, "upper": upper, "error": found.error, "reference_value": 0.5}
    )

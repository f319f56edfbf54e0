"""The findings of the model's problem on the period: the quality of the answers, and fairness between groups."""

from dataclasses import dataclass, replace

from ml.declarations import Monitored
from ml.monitoring.window import Window
from ml.problems import monitor
from ml.problems.finding import Finding, Kind, Verdict, unknown
from ml.problems.monitor import Bounds, Figure


@dataclass(frozen=True, kw_only=True)
class OfProblem:
    """One monitor of the problem, with the limit that the model declares. `chance`: of a breach if nothing changed."""

    monitor: monitor.Monitor
    metric: Monitored
    chance: float

    def measure(self, window: Window) -> list[Finding]:
        """The problem's findings; unknown if too few rows have outcomes or the outcomes prove nothing."""
        found = self._measured(window)
        return found if self.metric.limit else [replace(each, verdict=Verdict.RECORDED) for each in found]

    def _measured(self, window: Window) -> list[Finding]:
        columns = self.monitor.columns(window.model.fairness_groups)
        try:
            rows = window.answered
            if self.monitor.kind is Kind.PERFORMANCE and self.monitor.needs_outcomes:
                rows = rows.known
                why = unprovable(window, len(rows.truth))
                if why:
                    return self._unknown(columns, len(rows.truth), why)
            return self.monitor.measure(rows, self._bounds(window))
        except ValueError as wrong:
            # Infinite answers, labels of another kind: the reason names them, and `unknown` is never taken for ok.
            return self._unknown(columns, len(window.data.frame), str(wrong))

    def _bounds(self, window: Window) -> Bounds:
        return Bounds(
            limit=self.metric.limit,
            chance=self.chance,
            promised=window.expected.promises.get(self.metric.name, Figure()),
            min_group_rows=window.model.gates.compliance.min_group_rows,
        )

    def _unknown(self, columns: tuple[str, ...], rows: int, why: str) -> list[Finding]:
        return [unknown(self.monitor.kind, self.metric.name, column, rows, why) for column in columns]


def unprovable(window: Window, known: int) -> str | None:
    """Why outcomes prove nothing in this period; None if they do."""
    data, limits = window.data, window.limits
    if window.in_training:
        return f"version {window.expected.model_version} was fitted on this period, so its outcomes prove nothing"
    if not data.rows or data.labelled < limits.min_labelled_share * data.rows:
        return f"the outcome of {data.labelled} of {data.rows} rows is known"
    if known < limits.min_rows:
        return f"{known} rows have a prediction and an outcome; at least {limits.min_rows} are needed"
    return None

"""The quality of the answers for each declared group, by the metrics of the model's problem."""

from dataclasses import dataclass, replace

from ml.declarations import Monitored
from ml.evaluation.fairness import large_groups
from ml.monitoring.monitors.of_problem import unprovable
from ml.monitoring.window import Slice, Window
from ml.problems import monitor
from ml.problems.finding import Finding, Kind, Verdict, unknown
from ml.problems.monitor import Bounds, Figure


@dataclass(frozen=True, kw_only=True)
class OfSlice:
    """One performance metric of the problem in every group that has enough hold-out rows.

    It is judged against the group's value on the hold-out, but only if the model applies the metric's limit to slices;
    `share` is then its part of the period's chance, which the groups share.
    """

    monitor: monitor.Monitor
    metric: Monitored
    share: float

    def measure(self, window: Window) -> list[Finding]:
        """One finding per group; `column` is `<attribute>=<group>`."""
        return [self._judged(window, each) for each in window.expected.slices]

    def _judged(self, window: Window, part: Slice) -> Finding:
        limit = self.metric.limit if self.metric.name in window.limits.limits_in_slices else None
        found = replace(self._measured(window, part, limit), kind=Kind.FAIRNESS, column=part.name)
        return found if limit else replace(found, verdict=Verdict.RECORDED)

    def _measured(self, window: Window, part: Slice, limit: object) -> Finding:
        least = window.model.gates.compliance.min_group_rows
        try:
            known = window.answered.known
            mask = large_groups(known.groups[part.attribute], 1).rows.get(part.group)
            rows = 0 if mask is None else int(mask.sum())
            why = unprovable(window, len(known.truth)) or (f"{rows} rows; {least} are needed" if rows < least else "")
            if mask is None or why:
                return unknown(self.monitor.kind, self.metric.name, part.name, rows, why)
            bounds = Bounds(
                limit=self.metric.limit if limit else None,
                chance=window.limits.false_alarms_per_period * self.share / len(window.expected.slices),
                promised=part.promises.get(self.metric.name, Figure()),
            )
            return self.monitor.measure(known.where(mask), bounds)[0]
        except ValueError as wrong:
            return unknown(self.monitor.kind, self.metric.name, part.name, len(window.data.frame), str(wrong))

"""Every monitor of a model, in the order in which a period is measured: quality, drift, performance, groups."""

from ml.declarations import Model, Monitored
from ml.declarations.monitored import Needs
from ml.monitoring import chances
from ml.monitoring.monitor import Monitor
from ml.monitoring.monitors.arrival_ratios import ArrivalRatios
from ml.monitoring.monitors.labelled_share import LabelledShare
from ml.monitoring.monitors.moved import Moved
from ml.monitoring.monitors.nulls import NullRatio
from ml.monitoring.monitors.of_problem import OfProblem
from ml.monitoring.monitors.of_slice import OfSlice
from ml.monitoring.monitors.outside import OutsideRatio
from ml.monitoring.monitors.row_count import RowCount
from ml.monitoring.monitors.scored_share import ScoredShare
from ml.monitoring.monitors.sliding import Sliding
from ml.monitoring.monitors.together import Together
from ml.monitoring.monitors.worst_slices import WorstSlices
from ml.monitoring.window import judged, problem

GENERIC: tuple[Monitor, ...] = (
    RowCount(),
    ArrivalRatios(),
    ScoredShare(),
    LabelledShare(),
    NullRatio(),
    OutsideRatio(),
    Moved(),
    Sliding(),
    Together(),
)


def monitors_of(model: Model) -> tuple[Monitor, ...]:
    """The generic monitors, and those of the model's problem."""
    return (*GENERIC, *figures_of(model), WorstSlices())


def figures_of(model: Model) -> tuple[OfProblem | OfSlice, ...]:
    """The monitors of the problem's metrics: of all rows, then of each group."""
    own, metrics = {each.name: each for each in problem(model).monitors()}, judged(model)
    held_in_slices = max(1, len(model.monitoring.limits_in_slices))
    return (
        *(OfProblem(monitor=own[each.name], metric=each, chance=_chance(each, metrics, model)) for each in metrics),
        *(
            OfSlice(monitor=own[each.name], metric=each, share=1 / held_in_slices)
            for each in metrics
            if own[each.name].is_of_slices
        ),
    )


def _chance(metric: Monitored, metrics: tuple[Monitored, ...], model: Model) -> float:
    """A metric of groups tests each attribute, and shares the period's chance with the others of its kind."""
    if Needs.GROUPS not in metric.needs:
        return chances.of_metric(model.monitoring, metric, metrics)
    of_groups = sum(Needs.GROUPS in each.needs for each in metrics)
    return model.monitoring.false_alarms_per_period / (of_groups * len(model.fairness_groups))

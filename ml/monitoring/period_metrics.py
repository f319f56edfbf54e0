"""All metrics of one period. Pure: frames in, metrics out."""

from ml.declarations import Model
from ml.monitoring.metric import Metric
from ml.monitoring.monitors.every import monitors_of
from ml.monitoring.window import Expectation, PeriodData, Window, problem


def measure(data: PeriodData, expected: Expectation, model: Model) -> list[Metric]:
    """Every metric of the period, in a fixed order: quality, drift, performance, groups."""
    window = Window(data=data, expected=expected, model=model, truth=problem(model).truth)
    return [
        Metric(
            period=data.period,
            model_version=expected.model_version,
            in_training=window.in_training,
            **vars(finding),
        )
        for monitor in monitors_of(model)
        for finding in monitor.measure(window)
    ]

"""All metrics of one month. Pure: frames in, metrics out."""

from ml.declarations import Model
from ml.monitoring.metric import Metric
from ml.monitoring.monitors.every import monitors_of
from ml.monitoring.window import Expectation, MonthData, Window


def measure(data: MonthData, expected: Expectation, model: Model) -> list[Metric]:
    """Every metric of the month, in a fixed order: quality, drift, performance, groups."""
    window = Window(data=data, expected=expected, model=model)
    return [
        Metric(
            month=data.month,
            model_version=expected.model_version,
            in_training=window.in_training,
            **vars(finding),
        )
        for monitor in monitors_of(model)
        for finding in monitor.measure(window)
    ]

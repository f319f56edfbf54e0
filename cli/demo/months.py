"""Charts over months of what monitoring measured. Pure."""

from collections.abc import Sequence

from cli.output import Row
from cli.report.charts import Series
from cli.report.page import MonthsChart
from ml.declarations import Model, Monitored, Monitoring
from ml.usecases.story import Records, named

_COLUMNS_SHOWN = 5


def charts(model: Model, records: Records) -> list[MonthsChart]:
    """Drift of the columns that drift most, and performance by version; none before anything was measured."""
    judged = model.problem.monitored[0]
    found = (_drift(model.monitoring, records.metrics), _performance(judged, records.metrics))
    return [chart for chart in found if chart.months]


def _drift(limits: Monitoring, metrics: Sequence[Row]) -> MonthsChart:
    psi = [row for row in metrics if row["metric"] == "psi"]
    months = _months(psi)
    largest: dict[str, float] = {}
    for row in psi:
        largest[row["column"]] = max(largest.get(row["column"], 0.0), _value(row) or 0.0)
    shown = sorted(largest, key=lambda column: -largest[column])[:_COLUMNS_SHOWN]
    return MonthsChart(
        title="Drift over months",
        note="Population stability index of each month against what its live version was trained on; "
        "a gap is a month that could not be measured.",
        months=months,
        series=tuple(_series(column, months, [row for row in psi if row["column"] == column]) for column in shown),
        limit=limits.psi.act,
        limit_name=f"acts above {limits.psi.act:g}",
    )


def _performance(judged: Monitored, metrics: Sequence[Row]) -> MonthsChart:
    """By the most telling metric of the problem."""
    rows = [row for row in metrics if row["metric"] == judged.name]
    months = _months(rows)
    versions = sorted({int(row["model_version"]) for row in rows})
    return MonthsChart(
        title="Performance over months",
        note=f"{judged.title[0].upper()}{judged.title[1:]} of the version that scored the month, once outcomes are "
        "known; a gap is a month that it was fitted on, or whose outcomes are not known.",
        months=months,
        series=tuple(
            _series(f"version {version}", months, [row for row in rows if int(row["model_version"]) == version])
            for version in versions
        ),
        limit=None,
        limit_name="",
    )


def _months(rows: Sequence[Row]) -> tuple[str, ...]:
    return tuple(sorted({named(row["month"]) for row in rows}))


def _series(name: str, months: Sequence[str], rows: Sequence[Row]) -> Series:
    values = {named(row["month"]): _value(row) for row in rows}
    return Series(name=name, values=tuple(values.get(month) for month in months))


def _value(row: Row) -> float | None:
    return None if row["value"] is None else float(row["value"])

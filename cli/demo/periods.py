"""Charts of monitoring's measures over periods. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from cli.output import Row
from cli.report.charts import Series
from cli.report.page import PeriodsChart
from ml.declarations import Model, Monitored, Monitoring
from ml.declarations.monitored import SLIDING
from ml.usecases.story import Records

_COLUMNS_SHOWN = 5


def charts(model: Model, records: Records) -> list[PeriodsChart]:
    """Drift of the columns that drift most, and performance by version; none before the first measurement."""
    judged = model.problem.monitored[0]
    found = (*_drifts(model.monitoring, records), _performance(judged, records))
    return [chart for chart in found if chart.periods]


def _drifts(limits: Monitoring, records: Records) -> Iterator[PeriodsChart]:
    period = records.calendar.period
    yield _drift("psi", f"Drift over {period}s", "the training data of its live version", limits, records)
    if limits.sliding_periods:
        before = records.calendar.before(limits.sliding_periods)
        chart = _drift(f"{SLIDING}psi", f"Change from {before}", f"{before} it", limits, records)
        yield replace(chart, note=f"{chart.note} {_difference(before)}")


def _difference(before: str) -> str:
    return (
        "A lasting change stays in the comparison with training until the model is trained again; here it disappears "
        f"once {before} have changed, too."
    )


def _drift(metric: str, title: str, against: str, limits: Monitoring, records: Records) -> PeriodsChart:
    psi, period = [row for row in records.metrics if row["metric"] == metric], records.calendar.period
    periods = _periods(psi)
    largest: dict[str, float] = {}
    for row in psi:
        largest[row["column"]] = max(largest.get(row["column"], 0.0), _value(row) or 0.0)
    shown = sorted(largest, key=lambda column: -largest[column])[:_COLUMNS_SHOWN]
    return PeriodsChart(
        title=title,
        note=f"Population stability index of each {period} against {against}; a gap is a {period} that could "
        "not be measured.",
        periods=periods,
        series=tuple(_series(column, periods, [row for row in psi if row["column"] == column]) for column in shown),
        limit=limits.psi.act,
        limit_name=f"acts above {limits.psi.act:g}",
    )


def _performance(judged: Monitored, records: Records) -> PeriodsChart:
    """By the problem's most informative metric."""
    rows, period = (
        [row for row in records.metrics if row["metric"] == judged.name and not row["column"]],
        records.calendar.period,
    )
    periods = _periods(rows)
    versions = sorted({int(row["model_version"]) for row in rows})
    return PeriodsChart(
        title=f"Performance over {period}s",
        note=f"{judged.title[0].upper()}{judged.title[1:]} of the version that scored the {period}, once outcomes are "
        f"known; a gap is a {period} that it was fitted on, or one without known outcomes.",
        periods=periods,
        series=tuple(
            _series(f"version {version}", periods, [row for row in rows if int(row["model_version"]) == version])
            for version in versions
        ),
        limit=None,
        limit_name="",
    )


def _periods(rows: Sequence[Row]) -> tuple[str, ...]:
    return tuple(sorted({row["period"] for row in rows}))


def _series(name: str, periods: Sequence[str], rows: Sequence[Row]) -> Series:
    values = {row["period"]: _value(row) for row in rows}
    return Series(name=name, values=tuple(values.get(period) for period in periods))


def _value(row: Row) -> float | None:
    return None if row["value"] is None else float(row["value"])

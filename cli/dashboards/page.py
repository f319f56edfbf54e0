"""A dashboard as one HTML file without external resources: charts as SVG, tables that scroll separately."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from markupsafe import Markup

from cli.dashboards.document import Panel
from cli.report.charts import Series, bars_chart, periods_chart
from cli.report.templates import templates

# More lines than this are indistinguishable: the ones with the highest values are drawn, and the page says so.
MOST_SERIES = 5
_TEMPLATES = Path(__file__).parent
Rows = Sequence[Mapping[str, str | None]]


@dataclass(frozen=True, kw_only=True)
class Answered:
    """A panel with the rows of its query, or the reason why the query was refused."""

    panel: Panel
    rows: Rows = field(default_factory=tuple)
    refused: str = ""


def render(title: str, answers: Sequence[Answered], made: str) -> str:
    """The page. `made` says when, by whom and where the queries ran."""
    shown = [
        {
            "title": each.panel.title,
            "refused": each.refused,
            "rows": _cells(each) if each.panel.kind == "table" else [],
            "picture": picture(each),
            "note": _note(each),
        }
        for each in answers
    ]
    return templates(_TEMPLATES).get_template("dashboard.html.j2").render(title=title, panels=shown, made=made)


def picture(answered: Answered) -> Markup:
    """The drawing of a line or bar panel; nothing for a table, or without rows."""
    if answered.panel.kind == "table" or not answered.rows:
        return Markup("")
    periods, series = _series(answered)
    if answered.panel.kind == "bar":
        drawn = bars_chart(periods, series, label=answered.panel.title)
    else:
        drawn = periods_chart(periods, series, limit=None, limit_name="", label=answered.panel.title)
    return Markup(drawn)  # noqa: S704 - the charts escape every text that they draw


def _series(answered: Answered) -> tuple[tuple[str, ...], tuple[Series, ...]]:
    """The values by x, one series for each colour, series with the highest values first."""
    x, y, colour = answered.panel.columns
    values: dict[str, dict[str, float]] = {}
    for row in answered.rows:
        number = _number(row[y])
        if number is not None:
            values.setdefault(row[colour] or "all rows", {})[_day(row[x])] = number
    periods = tuple(sorted({_day(row[x]) for row in answered.rows}))
    highest = sorted(values, key=lambda name: (-max(values[name].values()), name))[:MOST_SERIES]
    series = tuple(Series(name=name, values=tuple(values[name].get(period) for period in periods)) for name in highest)
    return periods, series


def _note(answered: Answered) -> str:
    if answered.panel.kind == "table":
        return ""
    y, colour = answered.panel.columns[1], answered.panel.columns[2]
    count = len({row[colour] for row in answered.rows})
    most = f" Shown: the {MOST_SERIES} of {count} with the highest values." if count > MOST_SERIES else ""
    return f"{y.replace('_', ' ').capitalize()} by {colour.replace('_', ' ')}.{most}"


def _cells(answered: Answered) -> list[dict[str, str | int | float | None]]:
    return [{name: _cell(row[name]) for name in answered.panel.columns} for row in answered.rows]


def _cell(value: str | None) -> str | int | float | None:
    """A number stays a number, so that it is aligned; a time loses its fraction of a second."""
    if value is None:
        return None
    if value.lstrip("-").isdecimal() and len(value) < 16:
        return int(value)
    number = _number(value)
    if number is not None:
        return float(f"{number:.4g}")
    return value.split(".")[0].replace("T", " ") if value[:4].isdecimal() and value[4:5] == "-" else value


def _number(value: str | None) -> float | None:
    try:
        number = float(value) if value is not None else math.nan
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _day(value: str | None) -> str:
    return (value or "unknown")[:10]

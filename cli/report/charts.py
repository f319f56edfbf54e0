"""The report's charts: pure functions from values to SVG."""

from collections.abc import Sequence
from dataclasses import dataclass

from cli.report.svg import Scale, circle, drawing, element, legend, line, rect, text, ticks

WIDTH = 860


@dataclass(frozen=True, kw_only=True)
class Bar:
    """One task in the timeline, in seconds since the first one started."""

    group: str
    name: str
    start_s: float
    end_s: float
    state: str


def timeline(bars: Sequence[Bar]) -> str:
    """Each task as a bar from its start to its end, in the order in which they started."""
    left, row_px = 290, 19
    height = 30 + row_px * len(bars)
    scale = Scale(low=0, high=max((bar.end_s for bar in bars), default=1), start=left, end=WIDTH - 60)
    parts = [line(scale(tick), 4, scale(tick), height - 24) for tick in ticks(scale.low, scale.high)]
    parts += [text(scale(tick), height - 8, f"{tick:.0f} s", anchor="middle") for tick in ticks(scale.low, scale.high)]
    for index, bar in enumerate(bars):
        top = 6 + index * row_px
        kind = {"SUCCESS": "good", "EXCLUDED": "idle", "SKIPPED": "idle"}.get(bar.state, "bad")
        title = f"{bar.group} {bar.name}: {bar.state}, {bar.end_s - bar.start_s:.1f} s"
        parts += [
            text(left - 8, top + 11, f"{bar.group} · {bar.name}", anchor="end"),
            rect(scale(bar.start_s), top, scale(bar.end_s) - scale(bar.start_s), row_px - 6, kind=kind, title=title),
            text(scale(bar.end_s) + 5, top + 11, f"{bar.end_s - bar.start_s:.1f}", kind="value"),
        ]
    return drawing(WIDTH, height, parts, label="Tasks over time")


@dataclass(frozen=True, kw_only=True)
class Series:
    """One line of a chart: a value for each period, None if unknown."""

    name: str
    values: tuple[float | None, ...]


def periods_chart(
    periods: Sequence[str], series: Sequence[Series], *, limit: float | None, limit_name: str, label: str
) -> str:
    """Lines over periods with a limit. An unknown value leaves a gap instead of a guess."""
    left, right, top, bottom, height = 52, 34, 14, 34, 260
    known = [value for one in series for value in one.values if value is not None] + ([limit] if limit else [])
    low, high = min([0.0, *known]), max(known, default=1.0) * 1.08
    if low == 0.0 and known and min(known) > 0.45:
        low = min(known) - 0.03  # a measure such as ROC AUC is meaningless near zero
    x = Scale(low=0, high=max(len(periods) - 1, 1), start=left, end=WIDTH - right)
    y = Scale(low=low, high=high or 1.0, start=height - bottom, end=top)
    parts = [line(left, y(tick), WIDTH - right, y(tick)) for tick in ticks(y.low, y.high)]
    parts += [text(left - 6, y(tick) + 4, f"{tick:,.6g}", anchor="end") for tick in ticks(y.low, y.high)]
    step = max(1, len(periods) // 10)
    parts += [text(x(i), height - 12, period, anchor="middle") for i, period in enumerate(periods) if i % step == 0]
    if limit is not None:
        parts += [line(left, y(limit), WIDTH - right, y(limit), "limit")]
        parts += [text(WIDTH - right, y(limit) - 6, limit_name, anchor="end", kind="limit-name")]
    for index, one in enumerate(series):
        parts += _series(one, periods, x, y, kind=f"series-{index % 5}")
    return _named(series) + drawing(WIDTH, height, parts, label=label)


def _named(series: Sequence[Series]) -> str:
    """The legend of lines or bars, in their order."""
    return legend([(f"series-{index % 5}", one.name) for index, one in enumerate(series)])


def bars_chart(periods: Sequence[str], series: Sequence[Series], *, label: str) -> str:
    """Bars over periods, stacked in the order of the series. Values are counts or amounts: none is below zero."""
    left, right, top, bottom, height = 52, 34, 14, 34, 260
    highest = max((sum(one.values[i] or 0.0 for one in series) for i in range(len(periods))), default=0.0)
    x = Scale(low=0, high=max(len(periods), 1), start=left, end=WIDTH - right)
    y = Scale(low=0, high=highest * 1.08 or 1.0, start=height - bottom, end=top)
    parts = [line(left, y(tick), WIDTH - right, y(tick)) for tick in ticks(y.low, y.high)]
    parts += [text(left - 6, y(tick) + 4, f"{tick:,.6g}", anchor="end") for tick in ticks(y.low, y.high)]
    step = max(1, len(periods) // 8)
    named = [(i, period) for i, period in enumerate(periods) if i % step == 0]
    parts += [text(x(i + 0.5), height - 12, period, anchor="middle") for i, period in named]
    for i, period in enumerate(periods):
        parts += _stack(i, period, series, x, y)
    return _named(series) + drawing(WIDTH, height, parts, label=label)


def _stack(i: int, period: str, series: Sequence[Series], x: Scale, y: Scale) -> list[str]:
    parts: list[str] = []
    below = 0.0
    for index, one in enumerate(series):
        value = one.values[i] or 0.0
        above = below + value
        title = f"{period} {one.name}: {value:,.6g}"
        high = y(below) - y(above)
        parts.append(rect(x(i + 0.15), y(above), x(0.7) - x(0), high, kind=f"series-{index % 5}", title=title))
        below = above
    return parts


def _series(one: Series, periods: Sequence[str], x: Scale, y: Scale, *, kind: str) -> list[str]:
    parts: list[str] = []
    for i, value in enumerate(one.values):
        before = one.values[i - 1] if i else None
        if value is not None and before is not None:
            parts.append(line(x(i - 1), y(before), x(i), y(value), f"line {kind}"))
        if value is not None:
            parts.append(circle(x(i), y(value), 3, kind=f"dot {kind}", title=f"{periods[i]} {one.name}: {value:.3f}"))
    return parts


@dataclass(frozen=True, kw_only=True)
class Interval:
    """A difference with its confidence interval."""

    name: str
    low: float
    middle: float
    high: float
    passed: bool


def intervals_chart(intervals: Sequence[Interval], *, limit: float, limit_name: str) -> str:
    """Intervals against a limit: whether the whole interval is right of it."""
    left, row_px = 190, 34
    height = 48 + row_px * len(intervals)
    ends = [limit] + [end for one in intervals for end in (one.low, one.high)]
    margin = (max(ends) - min(ends)) * 0.1 or 0.01
    x = Scale(low=min(ends) - margin, high=max(ends) + margin, start=left, end=WIDTH - 90)
    parts = [text(x(tick), height - 6, f"{tick:+.3f}", anchor="middle") for tick in ticks(x.low, x.high)]
    parts += [line(x(limit), 16, x(limit), height - 20, "limit"), text(x(limit), 11, limit_name, anchor="middle")]
    for index, one in enumerate(intervals):
        middle, kind = 34 + index * row_px, "good" if one.passed else "bad"
        title = f"{one.name}: {one.middle:+.4f} ({one.low:+.4f} to {one.high:+.4f})"
        parts += [
            text(left - 10, middle + 4, one.name, anchor="end"),
            element("g", line(x(one.low), middle, x(one.high), middle, f"interval {kind}")),
            circle(x(one.middle), middle, 5, kind=f"dot {kind}", title=title),
            text(WIDTH - 82, middle + 4, f"{one.middle:+.4f}", kind="value"),
        ]
    return drawing(WIDTH, height, parts, label="Challenger minus champion, with confidence intervals")
